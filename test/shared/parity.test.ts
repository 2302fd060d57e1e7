import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { parityCase, TOLERANCE } from '../../scripts/parity/case.js';
import { startEngine, type Engine } from '../../src/shared/engine/index.js';

const dir = '../shared/parity';
const here = existsSync(dir);
if (!here) console.warn(`skipped: the fixtures of the original code are not in ${dir}`);

describe.skipIf(!here)('parity with the original code', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine();
  });

  it.each(['lenet-shot', 'dtn-shot-im'])('%s', { timeout: 300_000 }, async (name) => {
    const found = await parityCase(`${dir}/${name}`, engine.ops);
    expect(found.pseudoLabels).toBe(TOLERANCE.pseudoLabels);
    expect(found.loss).toBeLessThanOrEqual(TOLERANCE.loss);
    expect(found.weights).toBeLessThanOrEqual(TOLERANCE.weights);
    expect(found.logits).toBeLessThanOrEqual(TOLERANCE.logits);
  });
});
