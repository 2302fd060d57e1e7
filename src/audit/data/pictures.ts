import {
  loadSamples,
  type Dataset,
  type DataSource,
  type PictureSet,
} from '../../shared/data/index.js';
import { pickSamples } from '../../shared/data/pick.js';
import { readBytes } from '../../shared/files.js';
import { evenly } from '../../shared/model/samples.js';
import { arraysOf } from '../../shared/preprocessing/pictures/convert.js';
import type { InputSpec } from '../../shared/preprocessing/input.js';

/** Pictures that are looked for, at most: each is looked for as the model sees it, and as its file. */
const MOST = 500;
/** Bytes of a file that are looked for: its head is alike in many, so the middle is taken. */
const PIECE = 4096;

/** What is looked for. */
export interface Sought {
  dataset: Dataset;
  /** Pieces of files, as they are on the disk. */
  files: readonly Uint8Array[];
  /** Samples of the source, of which these may be a part. */
  total: number;
}

/**
 * Reads what is to be looked for: all samples of arrays, up to 500 pictures evenly spaced.
 * @param inputs contracts of what was released; pictures go through the first that takes images
 */
export async function soughtIn(source: DataSource, inputs: readonly InputSpec[]): Promise<Sought> {
  const loaded = await loadSamples(source);
  if (loaded.kind !== 'pictures') return { dataset: loaded, files: [], total: loaded.count };
  const some = pickSamples(loaded, evenly(loaded.count, MOST));
  const input = inputs.find(({ kind }) => kind === 'image') ?? PLAIN;
  return { dataset: await arraysOf(some, input), files: piecesOf(some), total: loaded.count };
}

/** Where nothing says how pictures are seen. */
const PLAIN: InputSpec = { kind: 'image', shape: [3, 64, 64], mean: [0, 0, 0], std: [1, 1, 1] };

const piecesOf = ({ refs }: PictureSet): Uint8Array[] =>
  [...new Set(refs.map(({ path }) => path))].map((path) => {
    const bytes = readBytes(path);
    const from = Math.max(0, Math.floor((bytes.length - PIECE) / 2));
    return Uint8Array.from(bytes.subarray(from, from + PIECE));
  });
