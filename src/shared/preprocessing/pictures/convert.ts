import type { LoadedSamples, Picture, PictureSet } from '../../data/pictures/types.js';
import type { Dataset } from '../../data/types.js';
import { FedshotError } from '../../errors.js';
import type { InputSpec } from '../input.js';
import type { PictureStep } from '../steps.js';
import { openPictures, type PictureOptions } from './open.js';

/** Values that are held in memory for a model that takes arrays, at most. */
const MOST_HELD = 2 ** 28;

/**
 * Arrays of the size that a model takes. Pictures go through the steps of its contract; where it has none,
 * they are made grey or coloured and resized, whatever their aspect.
 *
 * @throws FedshotError `data` for pictures where a table is taken, `limit` for more than fit
 */
export async function arraysOf(
  loaded: LoadedSamples,
  input: InputSpec,
  options: PictureOptions = {},
): Promise<Dataset> {
  if (loaded.kind !== 'pictures') return loaded;
  const { source, count, labels, rowNumbers } = loaded;
  if (input.kind === 'table')
    throw new FedshotError(
      'data',
      `${source}: pictures; the model takes a table of ${input.columns.length} columns`,
    );
  const [C, H, W] = input.shape;
  const size = C * H * W;
  if (count * size > MOST_HELD)
    throw new FedshotError('limit', `${source}: ${count} pictures are too many to be held at once`);
  const to = C === 1 ? 'grey' : 'rgb';
  const steps: PictureStep[] = input.steps ?? [
    { step: 'colour', to },
    { step: 'resize', filter: 'bilinear', to: { height: H, width: W } },
  ];
  const x = new Float32Array(count * size);
  const kept: number[] = [];
  const opened = openPictures(loaded, { shape: [C, H, W], steps }, options);
  try {
    const all = Array.from({ length: count }, (_, sample) => ({ sample }));
    const requests = Array.from({ length: Math.ceil(count / 64) }, (_, k) =>
      all.slice(64 * k, 64 * (k + 1)),
    );
    let at = 0;
    for await (const batch of opened.batches(requests)) {
      batch.pixels.forEach((level, i) => (x[kept.length * size + i] = level / 255));
      kept.push(...Array.from(batch.kept, (i) => at + i));
      at += 64;
    }
  } finally {
    void opened.close();
  }
  if (kept.length === 0) throw new FedshotError('data', `${source}: no picture can be read`);
  return {
    ...loaded,
    kind: 'image',
    shape: [C, H, W],
    count: kept.length,
    x: x.subarray(0, kept.length * size),
    labels: labels && Int32Array.from(kept, (i) => labels[i]!),
    rowNumbers: rowNumbers ? kept.map((i) => rowNumbers[i]!) : kept,
  };
}

/**
 * Images in arrays as pictures of 8 bit.
 * @throws FedshotError `data` for a table
 */
export function asPictures(loaded: LoadedSamples): PictureSet {
  if (loaded.kind === 'pictures') return loaded;
  const { source, kind, shape, count, x, labels, classNames, matching, rowNumbers } = loaded;
  if (kind === 'table')
    throw new FedshotError(
      'data',
      `${source}: a table of ${shape[0]!} columns; the model takes pictures`,
    );
  const [C, H, W] = shape as [number, number, number];
  if (C !== 1 && C !== 3)
    throw new FedshotError('data', `${source}: images of ${C} channels; pictures have 1 or 3`);
  const held = (sample: number): Picture => {
    const data = new Uint8Array(C * H * W);
    for (let c = 0; c < C; c++)
      for (let p = 0; p < H * W; p++)
        data[p * C + c] = Math.round(255 * x[(sample * C + c) * H * W + p]!);
    return { width: W, height: H, channels: C, data };
  };
  return {
    source,
    kind: 'pictures',
    count,
    refs: [],
    held,
    labels,
    classNames,
    matching,
    rowNumbers,
  };
}
