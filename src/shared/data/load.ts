import { FedshotError } from '../errors.js';
import { silent, type Reporter } from '../reporter.js';
import { ARRAY_KEYS } from './arrays.js';
import { drawDigits } from '../../examples/digits/index.js';
import { parseNotation, pathHint, usage, type Notation } from './notation.js';
import { CSV_KEYS, readCsv } from './readers/csv/index.js';
import { readHdf5 } from './readers/hdf5/index.js';
import { readIdx } from './readers/idx.js';
import { NAMED_KEYS } from './readers/named.js';
import { readNpy } from './readers/npy.js';
import { readNpz } from './readers/npz.js';
import { readSafetensors } from './readers/safetensors.js';
import type { Dataset, Takes } from './types.js';

interface Reader {
  read(notation: Notation, takes?: Takes): Dataset | Promise<Dataset>;
  /** Options that it knows. */
  keys: readonly string[];
  /** Whether `#PART` means something to it. */
  part?: boolean;
}

const READERS: Readonly<Record<string, Reader>> = {
  idx: { read: readIdx, keys: ARRAY_KEYS },
  hdf5: { read: readHdf5, keys: [...NAMED_KEYS, 'order', 'sources'], part: true },
  csv: { read: readCsv, keys: CSV_KEYS },
  safetensors: { read: readSafetensors, keys: NAMED_KEYS },
  npz: { read: readNpz, keys: NAMED_KEYS },
  npy: { read: readNpy, keys: ARRAY_KEYS },
  digits: { read: drawDigits, keys: ['n', 'seed'] },
};

export interface LoadOptions {
  /** What the model takes, where it is known: other columns are then left aside. */
  takes?: Takes;
  /** Is told what a person should know of how the data was read. */
  reporter?: Reporter;
}

/**
 * Reads the data that a notation names: `idx:IMAGES[,LABELS]`, `hdf5:FILE#GROUP`,
 * `csv:FILE#label=COLUMN`, `safetensors:FILE`, `npz:FILE`, `npy:FILE[,LABELS]` or
 * `digits:DOMAIN?n=2000&seed=0`.
 *
 * @returns at least one sample; images with finite grey levels in 0..1, tables with NaN where a
 *   value is missing; labels index the dataset's own class names, which no list of classes has been
 *   held against yet
 * @throws FedshotError `usage` for the notation, `not-found`, `io`, `limit`, or `data` for what it
 *   names
 */
export async function loadDataset(
  notation: string,
  { takes, reporter = silent }: LoadOptions = {},
): Promise<Dataset> {
  const parsed = parseNotation(notation);
  const { reader: name, options, part } = parsed;
  const reader = Object.hasOwn(READERS, name) ? READERS[name] : undefined;
  if (!reader)
    throw usage(notation, `unknown reader "${name}"`, `it is ${Object.keys(READERS).join(', ')}`);
  for (const key of options.keys())
    if (!reader.keys.includes(key))
      throw usage(
        notation,
        `unknown key "${key}"`,
        reader.keys.length > 0 ? `${name} knows ${reader.keys.join(', ')}` : `${name} knows none`,
      );
  if (part !== undefined && !reader.part)
    throw usage(notation, `"${part}" is not key=value`, pathHint(parsed));
  const dataset = await withPathHint(parsed, () => reader.read(parsed, takes));
  for (const note of dataset.notes ?? []) {
    const named = note.startsWith(parsed.paths[0] ?? '');
    reporter.warn(named ? note : `${parsed.path}: ${note}`);
  }
  return dataset;
}

/** A file that is not there may have a character in its name that the notation uses itself. */
async function withPathHint<T>(notation: Notation, action: () => T | Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof FedshotError) || error.code !== 'not-found' || error.hint) throw error;
    const hint = pathHint(notation);
    throw new FedshotError(error.code, error.message, { hint, cause: error });
  }
}
