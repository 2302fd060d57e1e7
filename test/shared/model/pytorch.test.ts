import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tensor4d } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { startEngine } from '../../../src/shared/engine/index.js';
import { architectureSchema } from '../../../src/shared/model/architecture.js';
import { writeModel } from '../../../src/shared/model/folder.js';
import { Hypothesis } from '../../../src/shared/model/hypothesis.js';
import { random } from '../../../src/shared/random.js';

const here = spawnSync('python3', ['-c', 'import torch, numpy']).status === 0;
if (!here) console.warn('skipped: python3 has no torch to load published files with');

describe.skipIf(!here)('published files', () => {
  it('load into PyTorch modules by strict names and give the same logits', async () => {
    const { ops } = await startEngine();
    const architecture = architectureSchema.parse({
      name: 'lenet',
      input: [1, 28, 28],
      classes: 10,
    });
    const hypothesis = Hypothesis.fresh(architecture, ops, random(3));
    const r = random('samples');
    const x = Float32Array.from({ length: 4 * 784 }, () => r.normal());
    const batch = tensor4d(x, [4, 1, 28, 28]);
    hypothesis.train(batch); // moves the running statistics and the batch counter
    const dir = mkdtempSync(join(tmpdir(), 'fedshot-'));
    const half = { kind: 'image' as const, shape: [1, 28, 28] as [number, number, number] };
    writeModel(dir, {
      config: {
        format: 'fedshot-model/1',
        architecture,
        input: { ...half, mean: [0.5], std: [0.5] },
        classes: Array.from('0123456789'),
      },
      state: await hypothesis.state(),
    });
    const python = spawnSync('python3', ['scripts/parity/load_in_pytorch.py', dir], {
      input: Buffer.from(x.buffer),
      encoding: 'utf8',
    });
    expect(python.status, python.stderr).toBe(0);
    const theirs = (JSON.parse(python.stdout) as number[][]).flat();
    const ours = await hypothesis.eval(batch).logits.data();
    theirs.forEach((value, i) => expect(ours[i]).toBeCloseTo(value, 4));
  });
});
