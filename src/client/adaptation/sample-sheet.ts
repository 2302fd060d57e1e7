import type { Dataset } from '../../shared/data/types.js';

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

/** Evenly spaced samples of `dataset`, in their order; empty for tables. */
export function sampleSheet(
  dataset: Dataset,
  predicted: Int32Array,
  labels: Int32Array | undefined,
): SampleSheet {
  const n = dataset.kind === 'image' ? Math.min(MOST, dataset.count) : 0;
  const index = Array.from({ length: n }, (_, k) => Math.floor((k * dataset.count) / n));
  const [C = 0, H = 0, W = 0] = dataset.shape;
  const images: number[] = [];
  for (const i of index)
    for (let pixel = 0; pixel < H * W; pixel++)
      for (let c = 0; c < C; c++)
        images.push(Math.round(dataset.x[(i * C + c) * H * W + pixel]! * 255) / 255);
  return {
    shape: [H, W, C],
    images,
    predicted: index.map((i) => predicted[i]!),
    ...(labels && { label: index.map((i) => labels[i]!) }),
  };
}
