import { beforeAll, describe, expect, it } from 'vitest';
import type { PictureBatch, View } from '../../../src/shared/data/pictures/view.js';
import { startEngine, type Engine } from '../../../src/shared/engine/index.js';
import { PictureSamples, type PictureSource } from '../../../src/shared/model/picture-samples.js';
import type { Samples } from '../../../src/shared/model/samples.js';
import type { ImageSpec } from '../../../src/shared/preprocessing/input.js';
import { random } from '../../../src/shared/random.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({ engine: 'wasm' });
});

const input: ImageSpec = { kind: 'image', shape: [1, 2, 2], mean: [0.5], std: [0.25] };

/** A source whose picture n has the levels 4n, 4n + 1, 4n + 2, 4n + 3, and which notes what is asked. */
function source(
  broken: readonly number[] = [],
): PictureSource & { asked: View[][]; closed: number } {
  const asked: View[][] = [];
  return {
    asked,
    closed: 0,
    // eslint-disable-next-line @typescript-eslint/require-await -- stands for one that reads
    async *batches(requests): AsyncGenerator<PictureBatch> {
      for (const views of requests) {
        asked.push([...views]);
        const kept = [...views.keys()].filter((i) => !broken.includes(views[i]!.sample));
        const levels = kept.flatMap((i) => [0, 1, 2, 3].map((p) => 4 * views[i]!.sample + p));
        yield { pixels: Uint8Array.from(levels), kept: Int32Array.from(kept) };
      }
    },
    close() {
      this.closed++;
    },
  };
}

const all = (from: PictureSource, count: number, reading = {}): PictureSamples =>
  new PictureSamples(
    from,
    Int32Array.from({ length: count }, (_, i) => i),
    input,
    reading,
  );

async function looked(samples: Samples): Promise<{ values: number[]; kept: number[] }> {
  const [values, kept]: [number[], number[]] = [[], []];
  for await (const look of samples.look()) {
    values.push(...(await look.x.data()));
    kept.push(...look.kept);
    look.x.dispose();
  }
  return { values, kept };
}

const normal = (level: number): number => Math.fround((level / 255 - 0.5) / 0.25);

describe('PictureSamples', () => {
  it('normalises levels as the contract says, in order', async () => {
    const { values, kept } = await engine.use(() => looked(all(source(), 3)));
    expect(kept).toEqual([0, 1, 2]);
    expect(values).toEqual(Array.from({ length: 12 }, (_, level) => normal(level)));
  });

  it('inverts, turns and rescales', async () => {
    const reading = { invert: true, orient: 'mirror', scale: { factor: 2, offset: 1 } } as const;
    const { values } = await engine.use(() => looked(all(source(), 1, reading)));
    const wanted = [1, 0, 3, 2].map((level) => 2 * normal(255 - level) + 1);
    expect(values).toEqual(wanted.map((v) => expect.closeTo(v, 5) as number));
  });

  it('says which pictures could be read, and goes on with those alone', async () => {
    const from = source([1]);
    const samples = all(from, 3);
    const { kept } = await engine.use(() => looked(samples));
    expect(kept).toEqual([0, 2]);
    const left = samples.only(Int32Array.from(kept));
    expect((await engine.use(() => looked(left))).values.slice(4)).toEqual(
      [8, 9, 10, 11].map(normal),
    );
    left.dispose();
    expect(from.closed).toBe(0);
    samples.dispose();
    expect(from.closed).toBe(1);
  });

  it('refuses to train on a picture that can no longer be read', async () => {
    const steps = [{ index: Int32Array.of(0, 1), random: random(1) }];
    const take = async (): Promise<void> => {
      for await (const _ of all(source([1]), 2).steps(steps, 'none')) expect(_).toBe('never');
    };
    await expect(take()).rejects.toMatchObject({ code: 'data' });
  });

  it('draws crops and flips by the seed of the step, and further views of their own', async () => {
    const draw = async (seed: number, how: 'crop' | 'crop-flip', more = 0): Promise<View[][]> => {
      const from = source();
      const steps = [0, 1].map((k) => ({
        index: Int32Array.of(k, 2),
        random: random(seed).fork(k),
      }));
      await engine.use(async () => {
        for await (const seen of all(from, 3).steps(steps, how, more)) {
          expect(seen).toHaveLength(1 + more);
          for (const x of seen) x.dispose();
        }
      });
      return from.asked;
    };
    const first = await draw(1, 'crop-flip', 1);
    expect(first).toHaveLength(4);
    expect(first.map((views) => views.map(({ sample }) => sample))).toEqual([
      [0, 2],
      [0, 2],
      [1, 2],
      [1, 2],
    ]);
    expect(await draw(1, 'crop-flip', 1)).toEqual(first);
    expect(await draw(2, 'crop-flip', 1)).not.toEqual(first);
    expect(first[0]).not.toEqual(first[1]);
    const crops = (await draw(1, 'crop')).flat();
    expect(crops.every(({ flip }) => !flip)).toBe(true);
    for (const { crop } of crops) for (const at of crop!) expect(at >= 0 && at < 1).toBe(true);
  });

  it('is moved nearby always in the same way, and not far', async () => {
    const from = source();
    const nearby = all(from, 3).nearby();
    await engine.use(async () => {
      await looked(nearby);
      await looked(nearby.only(Int32Array.of(2)));
    });
    expect(from.asked[1]![0]).toEqual(from.asked[0]![2]);
    for (const { crop, flip } of from.asked[0]!) {
      expect(flip).toBeUndefined();
      for (const at of crop!) expect(Math.abs(at - 0.5)).toBeLessThanOrEqual(0.15);
    }
  });

  it('refuses views that are for small images', async () => {
    const steps = [{ index: Int32Array.of(0), random: random(1) }];
    const take = async (): Promise<void> => {
      for await (const _ of all(source(), 1).steps(steps, 'affine')) expect(_).toBe('never');
    };
    await expect(take()).rejects.toMatchObject({ code: 'usage' });
  });
});
