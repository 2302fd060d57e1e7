import { parseNotation, usage, type Notation } from './notation.js';
import { readCsv } from './readers/csv.js';
import { readHdf5 } from './readers/hdf5.js';
import { readIdx } from './readers/idx.js';
import { readSafetensors } from './readers/safetensors.js';
import { drawDigits } from './digits/index.js';
import type { Dataset } from './types.js';

interface Reader {
  read(notation: Notation): Dataset | Promise<Dataset>;
  /** Options that it knows. */
  keys: readonly string[];
  /** Whether `#PART` means something to it. */
  part?: boolean;
}

const READERS: Readonly<Record<string, Reader>> = {
  idx: { read: readIdx, keys: [] },
  hdf5: { read: readHdf5, keys: ['scale'], part: true },
  csv: { read: readCsv, keys: ['label', 'header', 'ignore', 'separator'] },
  safetensors: { read: readSafetensors, keys: ['scale'] },
  digits: { read: drawDigits, keys: ['n', 'seed'] },
};

/**
 * Reads the data that a notation names: `idx:IMAGES[,LABELS]`, `hdf5:FILE#GROUP`,
 * `csv:FILE#label=COLUMN`, `safetensors:FILE` or `digits:DOMAIN?n=2000&seed=0`.
 *
 * @returns at least one sample; images with finite grey levels in 0..1, tables with NaN where a
 *   value is missing; labels are class indices ≥ 0 that no class list has been held against yet
 * @throws FedshotError `usage` for the notation, `not-found`, `io`, or `data` for what it names
 */
export async function loadDataset(notation: string): Promise<Dataset> {
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
  if (part !== undefined && !reader.part) throw usage(notation, `"${part}" is not key=value`);
  return await reader.read(parsed);
}
