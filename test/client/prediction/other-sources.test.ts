import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { predict } from '../../../src/client/prediction/predict.js';
import { train } from '../../../src/provider/train/train.js';
import { loadDataset, readers } from '../../../src/shared/data/index.js';
import { readModel, type Model } from '../../../src/shared/model/folder.js';
import lines from '../../fixtures/plugins/lines-reader.js';
import { put, temporaryFolder } from '../../shared/data/files.js';

const folder = temporaryFolder();
const notation = `lines:${join(folder, 'pictures.txt')}?side=4`;
let model: Model;

/** Strokes that stand and strokes that lie, in each of four places, twelve times over. */
function pictures(): string {
  const lit = [0, 1, 2, 3].map((at) => `${'....'.slice(0, at)}#${'....'.slice(at + 1)}`);
  const rows = lit.flatMap((row, at) => [
    `up ${row.repeat(4)}`,
    `flat ${lit.map((_, i) => (i === at ? '####' : '....')).join('')}`,
  ]);
  return `${rows.join('\n')}\n`.repeat(12);
}

beforeAll(async () => {
  readers.add(lines);
  put(folder, 'pictures.txt', pictures());
  const out = join(folder, 'model');
  await train({
    data: notation,
    test: notation,
    arch: 'mlp',
    hidden: [16],
    bottleneck: 8,
    holdOut: 0.1,
    out,
    epochs: 12,
    batch: 16,
    lr: 0.05,
    smoothing: 0.1,
    augment: 'none',
    seed: 1,
    resume: false,
  });
  model = readModel(out);
});

describe('samples of a reader from outside, and samples in memory', () => {
  it('are trained on and predicted as those of our own readers are', async () => {
    const { classes, predictions } = await predict([model], notation);
    expect(classes).toEqual(['flat', 'up']);
    const { labels, classNames } = await loadDataset(notation);
    expect(predictions.map((one) => one.class)).toEqual(
      Array.from(labels ?? [], (label) => classNames?.[label]),
    );
  });

  it('in memory are the same samples', async () => {
    const { x: images } = await loadDataset(notation);
    const memory = await predict([model], { images, shape: [4, 4] });
    expect(memory).toEqual(await predict([model], notation));
  });
});
