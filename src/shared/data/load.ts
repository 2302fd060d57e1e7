import { FedshotError } from '../errors.js';
import { silent, type Reporter } from '../reporter.js';
import { checkDataset, checkPictures } from './check.js';
import type { ReaderInput } from './define.js';
import { memoryDataset } from './memory.js';
import { pathHint } from './notation.js';
import { resolveNotation } from './resolve.js';
import type { LoadedSamples } from './pictures/types.js';
import type { DataSource, Dataset, ExpectedInput } from './types.js';

export interface LoadOptions {
  /** What the model takes, where it is known: other columns are then left aside. */
  takes?: ExpectedInput;
  /** Is told what a person should know of how the data was read. */
  reporter?: Pick<Reporter, 'warn'>;
  signal?: AbortSignal;
}

/**
 * Reads the samples that a notation names, `READER:PATH#key=value` (docs/data.md), or takes those that
 * are in memory.
 *
 * @returns at least one sample; images with finite grey levels in 0..1, tables with NaN where a
 *   value is missing; labels index the dataset's own class names, which no list of classes has been
 *   held against yet
 * @throws FedshotError `usage` for the notation, `not-found`, `io`, `limit`, or `data` for what it
 *   names; the signal's reason once it is aborted
 */
export async function loadSamples(
  source: DataSource,
  { takes, reporter = silent, signal }: LoadOptions = {},
): Promise<LoadedSamples> {
  signal?.throwIfAborted();
  if (typeof source !== 'string') {
    const dataset = memoryDataset(source);
    for (const note of dataset.notes ?? []) reporter.warn(note, 'data-reading');
    return dataset;
  }
  const { reader, input } = resolveNotation(source);
  const [first = ''] = input.paths;
  const warn = (line: string): void =>
    reporter.warn(line.startsWith(first) ? line : `${input.path}: ${line}`, 'data-reading');
  const read = (): LoadedSamples | Promise<LoadedSamples> =>
    reader.read(input, { takes, warn, signal });
  const loaded = await withPathHint(input, read);
  const checked = loaded.kind === 'pictures' ? checkPictures(loaded) : checkDataset(loaded);
  for (const note of checked.notes ?? []) warn(note);
  return checked;
}

/**
 * As `loadSamples`, for what works on arrays alone.
 * @throws FedshotError `data` besides, for pictures that are decoded one by one
 */
export async function loadDataset(source: DataSource, options?: LoadOptions): Promise<Dataset> {
  const loaded = await loadSamples(source, options);
  if (loaded.kind !== 'pictures') return loaded;
  throw new FedshotError('data', `${loaded.source}: pictures in files, where arrays are needed`);
}

/** A file that is not there may have a character in its name that the notation uses itself. */
async function withPathHint<T>(input: ReaderInput, action: () => T | Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof FedshotError) || error.code !== 'not-found' || error.hint) throw error;
    const hint = pathHint(input);
    throw new FedshotError(error.code, error.message, { hint, cause: error });
  }
}
