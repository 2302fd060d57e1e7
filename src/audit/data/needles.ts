import { present } from '../../shared/present.js';
import type { Dataset } from '../../shared/data/index.js';
import { applyInput } from '../../shared/preprocessing/input.js';
import { modelConfigSchema, type ModelConfig } from '../../shared/model/config.js';
import type { Normalisation } from './encodings.js';
import { areCounts } from './numbers.js';
import { WINDOW, WindowIndex } from './search.js';

/** A piece of the source data that is looked for as a whole: a sample, or rows that are too short alone. */
export interface Needle {
  /** The first sample of it. */
  readonly sample: number;
  readonly bytes: Uint8Array;
}

/** What is searched for, and which of it can be distinguished from background. */
export interface Needles {
  readonly list: readonly Needle[];
  readonly index: WindowIndex;
  /** The same without small whole numbers, which any text may contain. */
  readonly text: WindowIndex;
  /** Needles that have a window in the index, with the place of the first. */
  readonly findable: readonly { readonly needle: Needle; readonly from: number }[];
  /** How many samples a needle has. */
  readonly samplesEach: number;
}

type Input = ModelConfig['input'];

/**
 * What releases say of their input, whatever their network; a config that is not one is found by
 * `audit release`.
 */
export const inputsOf = (configs: readonly Buffer[]): Input[] =>
  configs.flatMap((bytes) => {
    try {
      const { input } = JSON.parse(bytes.toString()) as { input?: unknown };
      return [modelConfigSchema.shape.input.parse(input)];
    } catch {
      return [];
    }
  });

/** Each channel's figures, of images only. */
export function normalisations(configs: readonly Buffer[]): Normalisation[] {
  const all = inputsOf(configs).flatMap((input) =>
    input.kind === 'image'
      ? input.mean.map((mean, channel) => ({
          mean,
          std: present(input.std[channel], `the deviation of channel ${channel}`),
        }))
      : [],
  );
  return [...new Map(all.map((each) => [JSON.stringify(each), each])).values()];
}

/** Rows as the releases' networks see them: standardised. */
function standardised(dataset: Dataset, configs: readonly Buffer[]): Float32Array[] {
  if (dataset.kind === 'image') return [];
  return inputsOf(configs).flatMap((input) => {
    try {
      const x = applyInput(dataset, input);
      return x.length % dataset.count === 0 ? [Float32Array.from(x)] : [];
    } catch {
      return []; // data of another kind than that release takes
    }
  });
}

/** Rows of a table as bytes, so many of them together that a window fits into each piece. */
function cutRows(x: Float32Array, count: number, together: number): Needle[] {
  const size = (x.length / count) * together;
  const needles: Needle[] = [];
  for (let sample = 0; sample * (size / together) < x.length; sample += together) {
    const begin = (sample / together) * size;
    const piece = x.slice(begin, begin + size);
    needles.push({ sample, bytes: new Uint8Array(piece.buffer) });
  }
  return needles;
}

/**
 * Images as grey levels, tables as float32: as they are, and as each release standardises them.
 * @param files pieces of the files themselves, one of each
 */
export function needlesOf(
  dataset: Dataset,
  configs: readonly Buffer[],
  files: readonly Uint8Array[] = [],
): Needles {
  const { x, count, kind } = dataset;
  const size = x.length / count;
  const rowBytes = kind === 'image' ? size : 4 * size;
  const samplesEach = kind === 'image' ? 1 : Math.max(1, Math.ceil(WINDOW / rowBytes));
  const list =
    kind === 'image'
      ? Array.from({ length: count }, (_, sample): Needle => {
          const row = x.subarray(sample * size, (sample + 1) * size);
          return { sample, bytes: Uint8Array.from(row, (value) => Math.round(value * 255)) };
        })
      : cutRows(x, count, samplesEach);
  files.forEach((bytes, sample) => list.push({ sample, bytes }));
  const [index, text] = [new WindowIndex(), new WindowIndex()];
  const findable = list.flatMap((needle) => {
    const from = index.add(needle.sample, needle.bytes);
    if (kind === 'table') text.add(needle.sample, needle.bytes, areCounts);
    return from === undefined ? [] : [{ needle, from }];
  });
  for (const rows of standardised(dataset, configs))
    for (const { sample, bytes } of cutRows(rows, count, samplesEach)) index.add(sample, bytes);
  return { list, index, text, findable, samplesEach };
}
