import { z } from 'zod';
import { FedshotError } from '../errors.js';
import { resize } from './resize.js';
import { LEAST_ROWS, roundedFigures } from './rounding.js';
import { shapeAfter, stepsSchema } from './steps.js';
import type { Dataset } from '../data/types.js';

// The contract arrives from somebody else: sizes are bounded so that it cannot ask for all memory.
const side = z.int().positive().max(4096);
const positive = z.number().positive();

const imageSchema = z
  .strictObject({
    kind: z.literal('image'),
    /** `[C, H, W]` that the model takes. */
    shape: z.tuple([z.int().positive().max(16), side, side]),
    /** Per channel, in grey levels 0..1. */
    mean: z.array(z.number()),
    std: z.array(positive),
    /**
     * What becomes of a picture of any size before that. Without it, samples are arrays of one size,
     * resized in floats.
     */
    steps: stepsSchema.optional(),
  })
  .refine(({ shape, steps }) => !steps || sameShape(shape, shapeAfter(steps)), {
    error: 'the steps do not end in the shape that the model takes',
  })
  .refine(({ shape, mean, std }) => mean.length === shape[0] && std.length === shape[0], {
    error: 'mean and std need one value per channel',
  });

const tableSchema = z
  .strictObject({
    kind: z.literal('table'),
    shape: z.tuple([z.int().positive().max(100_000)]),
    /** Names of the features, in the order that the model takes them. */
    columns: z.array(z.string().min(1)),
    /** What stands in for a missing value, in the column's own units: the training median, rounded. */
    impute: z.array(z.number()),
    mean: z.array(z.number()),
    std: z.array(positive),
  })
  .refine(
    ({ shape: [width], columns, impute, mean, std }) =>
      [columns, impute, mean, std].every(({ length }) => length === width) &&
      new Set(columns).size === width,
    { error: 'columns, impute, mean and std need one entry per feature, columns distinct' },
  );

/** What a model takes and how samples become that; travels in the signed release. */
export const inputSchema = z.discriminatedUnion('kind', [imageSchema, tableSchema]);
export type InputSpec = z.infer<typeof inputSchema>;
export type ImageSpec = z.infer<typeof imageSchema>;
type TableSpec = z.infer<typeof tableSchema>;

const sameShape = ([C, H, W]: readonly number[], after: readonly number[] | undefined): boolean =>
  after !== undefined && after.join() === [C, H, W].join();

/** More than this and what is resized is no longer the same kind of picture. */
const MOST_RESIZED = 4;
/** ITU-R BT.601. */
const LUMA = [0.299, 0.587, 0.114];

/**
 * The input contract of a model that is trained on `train`: images at mean and deviation 0.5 (grey
 * levels −1..1), tables standardised by the training data's own figures, rounded.
 *
 * @param target `[C, H, W]` that the architecture takes; the data's own shape without it
 * @throws FedshotError `data` where a column holds fewer than ten values, or images cannot take that shape
 */
export function fitInput(train: Dataset, target?: readonly [number, number, number]): InputSpec {
  if (train.kind === 'table') {
    if (target) throw bad(train, `a table cannot feed a network for images [${target.join(', ')}]`);
    return fitTable(train);
  }
  const [c, h, w] = (target ?? train.shape) as [number, number, number];
  const half = Array.from({ length: c }, () => 0.5);
  const spec: InputSpec = { kind: 'image', shape: [c, h, w], mean: half, std: half };
  checkImage(train, spec);
  return spec;
}

/**
 * Makes of a dataset what the model takes: images resized, channels repeated (grey → RGB) or summed
 * to luma (RGB → grey), table columns found by name, missing values filled in, all normalised.
 *
 * @returns `count × product(spec.shape)` values, images as NCHW
 * @throws FedshotError `data` with the reason, where the data cannot become that
 */
export function applyInput(dataset: Dataset, spec: InputSpec): Float32Array {
  return spec.kind === 'image' ? applyImage(dataset, spec) : applyTable(dataset, spec);
}

function checkImage(dataset: Dataset, { shape: [c, h, w] }: ImageSpec): void {
  const wanted = `the model takes images [${c}, ${h}, ${w}]`;
  if (dataset.kind !== 'image')
    throw bad(dataset, `a table of ${dataset.shape[0]!} columns; ${wanted}`);
  const [channels, height, width] = dataset.shape as [number, number, number];
  const found = `images are [${channels}, ${height}, ${width}]`;
  const mapped = channels === c || (channels === 1 && c === 3) || (channels === 3 && c === 1);
  if (!mapped)
    throw bad(dataset, `${found}; ${wanted}, and ${channels} channels cannot become ${c}`);
  const factors = [h / height, height / h, w / width, width / w];
  if (Math.max(...factors) > MOST_RESIZED)
    throw bad(dataset, `${found}; ${wanted}, more than ${MOST_RESIZED} times another size`);
  if (Math.abs(Math.log((h * width) / (w * height))) > Math.log(2))
    throw bad(dataset, `${found}; ${wanted}, of a quite different aspect`);
}

function applyImage(dataset: Dataset, spec: ImageSpec): Float32Array {
  checkImage(dataset, spec);
  const [channels, height, width] = dataset.shape as [number, number, number];
  const [c, h, w] = spec.shape;
  const grey = channels > c ? luma(dataset.x, height * width) : dataset.x;
  const planes = dataset.count * Math.min(channels, c);
  const sized = resize(grey, planes, [height, width], [h, w]);
  const area = h * w;
  const result = new Float32Array(dataset.count * c * area);
  for (let plane = 0; plane < dataset.count * c; plane++) {
    const channel = plane % c;
    const from = (channels < c ? Math.floor(plane / c) : plane) * area;
    const [mean, std] = [spec.mean[channel]!, spec.std[channel]!];
    for (let p = 0; p < area; p++) result[plane * area + p] = (sized[from + p]! - mean) / std;
  }
  return result;
}

function luma(x: Float32Array, area: number): Float32Array {
  return Float32Array.from({ length: x.length / 3 }, (_, i) => {
    const at = Math.floor(i / area) * 3 * area + (i % area);
    return LUMA[0]! * x[at]! + LUMA[1]! * x[at + area]! + LUMA[2]! * x[at + 2 * area]!;
  });
}

function fitTable(train: Dataset): TableSpec {
  const columns = [...train.columns!];
  const width = columns.length;
  if (train.count < LEAST_ROWS)
    throw bad(
      train,
      `${train.count} rows to train on, and figures of fewer than ${LEAST_ROWS} tell of single rows`,
      'the mean and median of each column are published with a model: train on more rows',
    );
  const figures = columns.map((name, column) => {
    const all = Float32Array.from(
      { length: train.count },
      (_, row) => train.x[row * width + column]!,
    );
    const known = all.reduce((n, value) => n + Number(!Number.isNaN(value)), 0);
    if (known === 0) throw bad(train, `column "${name}" holds nothing but missing values`);
    if (known < LEAST_ROWS)
      throw bad(
        train,
        `column "${name}" has ${known} known values, and figures of fewer than ${LEAST_ROWS} tell of single rows`,
        `leave it out: #ignore=${name}`,
      );
    return roundedFigures(all);
  });
  return {
    kind: 'table',
    shape: [width],
    columns,
    impute: figures.map(({ impute }) => impute),
    mean: figures.map(({ mean }) => mean),
    std: figures.map(({ std }) => std),
  };
}

function applyTable(dataset: Dataset, spec: TableSpec): Float32Array {
  if (dataset.kind !== 'table')
    throw bad(dataset, `holds images; the model takes a table of ${spec.columns.length} columns`);
  const own = dataset.columns!;
  const places = new Map(own.map((name, i) => [name, i]));
  const from = spec.columns.map((name) => places.get(name) ?? -1);
  const missing = spec.columns.filter((_, i) => from[i]! < 0);
  if (missing.length > 0)
    throw bad(
      dataset,
      `no column ${missing
        .slice(0, 5)
        .map((name) => `"${name}"`)
        .join(', ')}`,
      `the model takes ${spec.columns.slice(0, 12).join(', ')}; the table has ${own.slice(0, 12).join(', ')}`,
    );
  // Without a header a column more shifts all that follow, most likely it is the label.
  if (spec.columns[0]!.startsWith('#') && own.length !== spec.columns.length)
    throw bad(
      dataset,
      `${own.length} columns without names; the model takes ${spec.columns.length}`,
      'name the label column (#label=POSITION) or leave columns out (ignore=POSITION)',
    );
  const width = from.length;
  return Float32Array.from({ length: dataset.count * width }, (_, i) => {
    const column = i % width;
    const value = dataset.x[Math.floor(i / width) * own.length + from[column]!]!;
    const filled = Number.isNaN(value) ? spec.impute[column]! : value;
    return (filled - spec.mean[column]!) / spec.std[column]!;
  });
}

function bad({ source }: Dataset, why: string, hint?: string): FedshotError {
  return new FedshotError('data', `${source}: ${why}`, { hint });
}
