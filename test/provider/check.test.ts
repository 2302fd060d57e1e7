import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkModel } from '../../src/provider/check.js';
import { train } from '../../src/provider/train/train.js';
import { failsWith } from '../fixtures/world.js';
import { tempDir } from '../fixtures/temp.js';

const test = 'digits:plain?n=80&seed=9';

async function trained(): Promise<{ out: string; heldOutAccuracy: number }> {
  return train({
    data: 'digits:plain?n=300',
    test,
    holdOut: 0.2,
    out: tempDir(),
    arch: 'mlp',
    hidden: [32],
    bottleneck: 16,
    epochs: 6,
    batch: 32,
    lr: 0.05,
    smoothing: 0.1,
    augment: 'none',
    seed: 1,
    resume: false,
  });
}

describe('checkModel', () => {
  it('gives on the same held-out data what training gave', async () => {
    const { out, heldOutAccuracy } = await trained();
    const result = await checkModel({ model: out, data: test });
    expect(heldOutAccuracy).toBeGreaterThan(0.5);
    expect(result).toMatchObject({
      samples: 80,
      accuracy: heldOutAccuracy,
      declaredAccuracy: heldOutAccuracy,
    });
    const right = result.confusion.reduce((sum, row, k) => sum + row[k]!, 0);
    expect(right / 80).toBe(heldOutAccuracy);
    expect(result.classes.reduce((sum, { samples }) => sum + samples, 0)).toBe(80);
  });

  it('refuses data without labels, and a model whose files were changed', async () => {
    const { out } = await trained();
    const file = join(tempDir(), 'unlabelled.csv');
    writeFileSync(file, 'a,b\n1,2\n3,4\n');
    await expect(checkModel({ model: out, data: `csv:${file}` })).rejects.toEqual(
      failsWith('data'),
    );
    writeFileSync(join(out, 'C.safetensors'), 'not weights');
    await expect(checkModel({ model: out, data: test })).rejects.toEqual(failsWith('format'));
  });
});
