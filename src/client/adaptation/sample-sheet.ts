import type { Dataset } from '../../shared/data/types.js';
import { evenly, type Samples } from '../../shared/model/samples.js';
import type { InputSpec } from '../../shared/preprocessing/input.js';
import { resize } from '../../shared/preprocessing/resize.js';
import type { Model } from '../../shared/model/folder.js';
import type { OpenedTarget, TargetData } from '../target/types.js';

/** A few samples with what the model makes of them. Images only; stays at the site. */
export interface SampleSheet {
  /** `[height, width, channels]`. */
  shape: number[];
  /** `count × height × width × channels` grey levels in 0..1, sample after sample. */
  images: number[];
  predicted: number[];
  label?: number[];
}

const MOST = 60;

/** Side of a thumbnail, at most. */
const SIDE = 96;

/** What was scored, by which model. */
interface Scored {
  host: TargetData;
  data: OpenedTarget;
  model: Pick<Model, 'config'>;
}

/** Evenly spaced samples of what is scored, in their order; empty for tables. */
export async function sampleSheet(
  { host: { scored, labels }, data, model }: Scored,
  predicted: Int32Array,
): Promise<SampleSheet> {
  const { input } = model.config;
  const isTable = input.kind === 'table' || scored?.kind === 'table';
  const index = evenly(isTable ? 0 : predicted.length, MOST);
  const shown = scored
    ? { x: picked(scored, index), shape: scored.shape }
    : await thumbnails(data.test ?? data.main, input, index);
  const [C = 0, H = 0, W = 0] = shown.shape;
  const images: number[] = [];
  for (let i = 0; i < index.length; i++)
    for (let pixel = 0; pixel < H * W; pixel++)
      for (let c = 0; c < C; c++)
        images.push(Math.round(shown.x[(i * C + c) * H * W + pixel]! * 255) / 255);
  return {
    shape: [H, W, C],
    images,
    predicted: Array.from(index, (i) => predicted[i]!),
    ...(labels && { label: Array.from(index, (i) => labels[i]!) }),
  };
}

/** Grey levels of samples in the order of their file. */
function picked({ x, count }: Dataset, index: Int32Array): Float32Array {
  const width = x.length / count;
  const values = new Float32Array(index.length * width);
  index.forEach((from, to) => values.set(x.subarray(from * width, (from + 1) * width), to * width));
  return values;
}

/** Pictures as the model sees them, not normalised, and small. */
async function thumbnails(
  samples: Samples,
  input: InputSpec,
  index: Int32Array,
): Promise<{ x: Float32Array; shape: readonly number[] }> {
  if (input.kind === 'table') return { x: new Float32Array(0), shape: [] };
  const [C, H, W] = input.shape;
  const [h, w] = [Math.min(H, SIDE), Math.min(W, SIDE)];
  const size = C * h * w;
  const x = new Float32Array(index.length * size);
  for (const [to, i] of index.entries()) {
    const values = await samples.values(Int32Array.of(i));
    const grey = values.map((v, p) => {
      const c = Math.floor(p / (H * W));
      return v * input.std[c]! + input.mean[c]!;
    });
    const levels = resize(grey, C, [H, W], [h, w]).map((v) => Math.min(1, Math.max(0, v)));
    x.set(levels, to * size);
  }
  return { x, shape: [C, h, w] };
}
