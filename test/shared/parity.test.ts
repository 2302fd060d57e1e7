import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AS_RECORDED, parityCase, TOLERANCE, type Differences } from '../../scripts/parity/case.js';
import { startEngine } from '../../src/shared/engine/index.js';

const dir = '../shared/parity';
const here = existsSync(dir);
if (!here) console.warn(`skipped: the fixtures of the original code are not in ${dir}`);

describe.skipIf(!here)('parity with the original code', () => {
  it.each(['lenet-shot', 'dtn-shot-im'])('%s', { timeout: 300_000 }, async (name) => {
    const engine = await startEngine();
    holds(await engine.use(() => parityCase(`${dir}/${name}`, engine.ops)));
  });

  it.each(['resnet18-object', 'mobilenet-object'])('%s', { timeout: 300_000 }, async (name) => {
    const engine = await startEngine(AS_RECORDED);
    if (engine.name !== 'libtorch') {
      console.warn(`skipped: ${name} is chaotic, only PyTorch's own kernels repeat it`);
      return;
    }
    holds(await engine.use(() => parityCase(`${dir}/${name}`, engine.ops)));
  });

  function holds(found: Differences): void {
    expect(found.pseudoLabels).toBe(TOLERANCE.pseudoLabels);
    expect(found.loss).toBeLessThanOrEqual(TOLERANCE.loss);
    expect(found.weights).toBeLessThanOrEqual(TOLERANCE.weights);
    expect(found.logits).toBeLessThanOrEqual(TOLERANCE.logits);
  }
});
