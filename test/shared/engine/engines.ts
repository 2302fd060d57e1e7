import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { candidates } from '../../../src/shared/engine/choose.js';
import { startEngine, stopEngine } from '../../../src/shared/engine/index.js';
import type { Engine, EngineName } from '../../../src/shared/engine/index.js';
import { testKernels } from './suites/kernels.js';
import { testLeaks } from './suites/leaks.js';
import { testOps, useOps } from './suites/ops.js';

/** Whether an engine is on this machine; says so where its tests have to be skipped for want of it. */
function isHere(name: EngineName): boolean {
  const here = candidates().some(({ engine }) => engine === name);
  if (!here) console.log(`skipped: the ${name} engine is not on this machine`);
  return here;
}

/** All that an engine has to satisfy. A process has one engine, so each has a test file of its own. */
export function testEngine(name: EngineName, options: { steps: number; threads: number }): void {
  describe.skipIf(!isHere(name))(name, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await startEngine({ engine: name, threads: options.threads });
      useOps(engine.ops);
    });
    afterAll(() => stopEngine());

    it('is the engine that was asked for, and the only one', async () => {
      expect(engine.name).toBe(name);
      expect(await startEngine()).toBe(engine);
      const other = name === 'wasm' ? 'libtorch' : 'wasm';
      await expect(startEngine({ engine: other })).rejects.toThrow(/already runs in this process/);
    });
    testKernels();
    testOps();
    testLeaks(() => engine, options.steps);
  });
}
