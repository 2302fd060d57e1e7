import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { adaptModel } from '../../../src/client/adaptation/adapt.js';
import { predict, UNKNOWN } from '../../../src/client/prediction/predict.js';
import { combined } from '../../../src/client/adaptation/sources.js';
import { train } from '../../../src/provider/train/train.js';
import { readModel, type Model } from '../../../src/shared/model/folder.js';
import { random } from '../../../src/shared/random.js';
import { serializeSafetensors } from '../../../src/shared/format/safetensors.js';
import { fileDir } from '../../fixtures/temp.js';

const dir = fileDir();
const WIDTH = 8;
const KNOWN = 4;

/**
 * A table of clouds, class k about 3 on axis k; class −1, of which no model is told, about the
 * middle between them all.
 */
function clouds(name: string, classes: number[], { labelled = false, shift = 0 } = {}): string {
  const r = random(name);
  const x = Float32Array.from(
    classes.flatMap((k) =>
      Array.from(
        { length: WIDTH },
        (_, d) => 0.3 * r.normal() + shift + (k < 0 ? 3 / KNOWN : d === k ? 3 : 0),
      ),
    ),
  );
  const bytes = (v: Float32Array | Int32Array): Uint8Array => new Uint8Array(v.buffer);
  const y = bytes(Int32Array.from(classes));
  const file = join(dir, `${name}.safetensors`);
  writeFileSync(
    file,
    serializeSafetensors([
      ['x', { dtype: 'F32', shape: [classes.length, WIDTH], data: bytes(x) }],
      ...(labelled ? [['y', { dtype: 'I32', shape: [classes.length], data: y }] as const] : []),
    ]),
  );
  return `safetensors:${file}`;
}
const known = (n: number): number[] => Array.from({ length: n }, (_, i) => i % KNOWN);
const mixed = (n: number): number[] => known(n).map((k, i) => (i % 4 === 3 ? -1 : k));

let model: Model;
const adapt = (data: string, more: { openSet?: boolean } = { openSet: true }) =>
  adaptModel(model, { name: 'clouds', version: 1, digest: '' }, join(dir, 'work'), {
    data,
    epochs: 2,
    batch: 32,
    lr: 0.01,
    featureLr: 1,
    beta: 0.1,
    alpha: 1,
    threshold: 0,
    seed: 3,
    resume: false,
    force: true,
    ...more,
  });
/** Numbers of the samples that are answered "unknown". */
async function unknownIn(data: string, { state, use }: Awaited<ReturnType<typeof adapt>>) {
  const { predictions } = await predict([{ config: model.config, state, use }], data);
  return predictions.flatMap(({ index, class: name }) => (name === UNKNOWN ? [index] : []));
}

beforeAll(async () => {
  const out = join(dir, 'model');
  await train({
    data: clouds('train', known(1200), { labelled: true }),
    arch: 'mlp',
    hidden: [64],
    test: clouds('test', known(100), { labelled: true }),
    bottleneck: 16,
    holdOut: 0.1,
    out,
    epochs: 12,
    batch: 32,
    lr: 0.03,
    smoothing: 0.1,
    augment: 'none',
    seed: 1,
    resume: false,
  });
  model = readModel(out);
}, 30_000);

describe('an open set', () => {
  it('answers "unknown" for a class that the model does not know', async () => {
    const classes = mixed(400);
    const adapted = await adapt(clouds('mixed', classes, { shift: 0.2 }));
    expect(adapted.result.unknownSeparability).toBeGreaterThan(0.85);
    expect(adapted.result.unknownShare).toBeGreaterThan(0.15);
    expect(adapted.result.unknownShare).toBeLessThan(0.35);
    const fresh = mixed(200);
    const found = await unknownIn(clouds('mixed later', fresh, { shift: 0.2 }), adapted);
    const right = found.filter((i) => fresh[i] === -1).length;
    expect(right / 50).toBeGreaterThan(0.8);
    expect(right / found.length).toBeGreaterThan(0.8);
  });

  it('calls nothing unknown where there is nothing unknown', async () => {
    const adapted = await adapt(clouds('known', known(400), { shift: 0.2 }));
    expect(adapted.result.unknownShare).toBe(0);
    expect(adapted.result.unknownSeparability).toBeLessThan(0.8);
    expect(adapted.use.unknownAbove).toBeUndefined();
    expect(await unknownIn(clouds('mixed then', mixed(100)), adapted)).toEqual([]);
  });

  it('says of one sample what it says of it among others', async () => {
    const adapted = await adapt(clouds('mixed', mixed(400), { shift: 0.2 }));
    expect(await unknownIn(clouds('alone', [-1], { shift: 0.2 }), adapted)).toEqual([0]);
    expect(await unknownIn(clouds('alone', [2], { shift: 0.2 }), adapted)).toEqual([]);
  });

  it('gives several sources a cut of their own, and a closed set none', async () => {
    const data = clouds('mixed', mixed(400), { shift: 0.2 });
    const one = await adapt(data);
    const [p, half] = [one.answers, one.answers.map((q) => (q + 1 / KNOWN) / 2)];
    const { result, use } = combined([one, { ...one, answers: half }]);
    expect(use.unknownAbove).toBeGreaterThan(one.use.unknownAbove!);
    expect(result.unknownShare).toBeCloseTo(one.result.unknownShare!, 1);
    expect(combined([one, { ...one, answers: p }]).use).toEqual(one.use);
    const closed = await adapt(data, {});
    expect(closed.result.unknownShare).toBeUndefined();
    expect(combined([closed, closed]).use.unknownAbove).toBeUndefined();
  });
});
