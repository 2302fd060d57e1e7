import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { candidates } from '../../../src/shared/engine/choose.js';
import { startEngine } from '../../../src/shared/engine/index.js';
import type { Engine } from '../../../src/shared/engine/index.js';
import { testKernels } from './suites/kernels.js';
import { testLeaks } from './suites/leaks.js';
import { testOps, useOps } from './suites/ops.js';
import { testVisionOps } from './suites/vision.js';

/** Whether an engine is on this machine; says so where its tests have to be skipped for want of it. */
export function isHere(name: string): boolean {
  const here = candidates().some(({ engine }) => engine === name);
  if (!here) console.log(`skipped: the ${name} engine is not on this machine`);
  return here;
}

/** All that an engine has to satisfy. Each has a test file of its own: its threads own the cores. */
export function testEngine(name: string, options: { steps: number; threads: number }): void {
  describe.skipIf(!isHere(name))(name, () => {
    let engine: Engine;
    const asked = { engine: name, threads: options.threads };
    beforeAll(async () => {
      engine = await startEngine(asked);
      useOps(engine.ops);
    });
    afterAll(() => engine.stop());

    it('is the engine that was asked for, and the same as long as it runs', async () => {
      expect(engine).toMatchObject({ name, threads: options.threads });
      expect(await startEngine(asked)).toBe(engine);
      const { device } = engine;
      const on = device === 'cpu' ? 'cpu' : 'cuda';
      expect(await startEngine({ ...asked, device: on })).toBe(engine);
    });
    testKernels();
    testOps();
    testVisionOps();
    testLeaks(() => engine, options.steps);
  });
}
