import { describe, expect, it } from 'vitest';
import { loadDataset } from '../../src/shared/data/index.js';
import { DIGIT_DOMAINS } from '../../src/examples/digits/index.js';
import type { Dataset } from '../../src/shared/data/types.js';
import { refusal } from '../shared/data/files.js';

const mean = (x: Float32Array): number => x.reduce((a, b) => a + b, 0) / x.length;

/** Mean difference between neighbours in a row: what a blurred picture lacks. */
const sharpness = (x: Float32Array): number =>
  mean(x.map((grey, i) => (i % 28 === 0 ? 0 : Math.abs(grey - x[i - 1]!))));

/** Share of samples whose nearest class mean is their own. */
function nearestMean(train: Dataset, test: Dataset): number {
  const size = train.x.length / train.count;
  const means = Array.from({ length: 10 }, () => new Float64Array(size));
  for (let i = 0; i < train.count; i++)
    for (let p = 0; p < size; p++)
      means[train.labels![i]!]![p]! += (10 * train.x[i * size + p]!) / train.count;
  let right = 0;
  for (let i = 0; i < test.count; i++) {
    const distances = means.map((m) =>
      m.reduce((s, v, p) => s + (v - test.x[i * size + p]!) ** 2, 0),
    );
    if (distances.indexOf(Math.min(...distances)) === test.labels![i]) right++;
  }
  return right / test.count;
}

describe('drawDigits', () => {
  it.each(DIGIT_DOMAINS)(
    'draws %s: grey levels in 0..1, one of each class in ten',
    async (domain) => {
      const dataset = await loadDataset(`digits:${domain}?n=30`);
      const channels = domain === 'background' ? 3 : 1;
      expect(dataset).toMatchObject({ kind: 'image', shape: [channels, 28, 28], count: 30 });
      expect(dataset.x.length).toBe(30 * channels * 784);
      expect(dataset.x.every((grey) => grey >= 0 && grey <= 1)).toBe(true);
      for (let i = 0; i < 30; i += 10)
        expect([...dataset.labels!.slice(i, i + 10)].sort()).toEqual([
          0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
        ]);
      expect(dataset.classNames).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    },
  );

  it('draws 2,000 with seed 0 by default', async () => {
    const dataset = await loadDataset('digits:plain');
    expect(dataset.count).toBe(2000);
    expect((await loadDataset('digits:plain?n=2000&seed=0')).x).toEqual(dataset.x);
  });

  it('draws the same sample i whatever n is', async () => {
    const few = await loadDataset('digits:noisy?n=13&seed=5');
    const many = await loadDataset('digits:noisy?n=40&seed=5');
    expect(many.x.subarray(0, few.x.length)).toEqual(few.x);
    expect(many.labels!.subarray(0, 13)).toEqual(few.labels);
  });

  it('draws other digits with another seed and in another domain', async () => {
    const [a, b, c] = await Promise.all(
      ['plain?n=10&seed=1', 'plain?n=10&seed=2', 'inverted?n=10&seed=1'].map((rest) =>
        loadDataset(`digits:${rest}`),
      ),
    );
    expect(a!.x).not.toEqual(b!.x);
    expect(c!.x.map((grey) => 1 - grey)).not.toEqual(a!.x);
  });

  it('draws no two samples alike', async () => {
    const { x, count } = await loadDataset('digits:plain?n=500');
    const each = Array.from({ length: count }, (_, i) =>
      Buffer.from(x.slice(i * 784, (i + 1) * 784).buffer).toString('base64'),
    );
    expect(new Set(each).size).toBe(500);
  });

  it('draws domains that differ as their names say', async () => {
    const draw = async (domain: string): Promise<Float32Array> =>
      (await loadDataset(`digits:${domain}?n=200`)).x;
    const level = async (domain: string): Promise<number> => mean(await draw(domain));
    const plain = await level('plain');
    expect(await level('thin')).toBeLessThan(0.6 * plain);
    expect(await level('thick')).toBeGreaterThan(1.6 * plain);
    expect(await level('inverted')).toBeGreaterThan(0.7);
    const sharp = sharpness(await draw('plain'));
    expect(sharpness(await draw('blurred'))).toBeLessThan(0.8 * sharp);
    expect(sharpness(await draw('lowres'))).toBeLessThan(0.8 * sharp);
    expect(sharpness(await draw('noisy'))).toBeGreaterThan(2 * sharp);
  });

  it('draws digits that even class means tell apart, less so in another domain', async () => {
    const train = await loadDataset('digits:plain?n=1000&seed=1');
    const same = nearestMean(train, await loadDataset('digits:plain?n=500&seed=2'));
    const slanted = nearestMean(train, await loadDataset('digits:slanted?n=500&seed=2'));
    expect(same).toBeGreaterThan(0.8);
    expect(slanted).toBeLessThan(same - 0.15);
  });

  it.each([
    ['digits:plain?n=0', 'data', 'no samples'],
    ['digits:plain?n=1000001', 'limit', 'n=1000001 is above 1000000'],
  ])('refuses %s', async (notation, code, why) => {
    expect(await refusal(() => loadDataset(notation))).toMatchObject({
      code,
      message: `data "${notation}": ${why}`,
    });
  });
});
