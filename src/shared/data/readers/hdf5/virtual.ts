import { FedshotError } from '../../../errors.js';
import { mappingBlock } from './object-header.js';
import { countWithin, Cursor, mark, readSelection, type Selection } from './selection.js';

/** Flags of a mapping since HDF5 2.0: its names are those of an earlier one, or its file is this one. */
const [FILE_OF, DATASET_OF, SAME_FILE] = [1, 2, 4];

/** A part of a virtual dataset, and the part of another dataset that it is. */
export interface Mapping {
  /** `.` is the file itself. */
  readonly file: string;
  readonly dataset: string;
  readonly from: Selection;
  readonly to: Selection;
}

/**
 * What a virtual dataset is made of (HDF5 File Format Specification, version 3, section III.F,
 * "Global Heap Block for Virtual Datasets"; version 1 as HDF5 2.0 writes it).
 *
 * @throws FedshotError `data` where it cannot be told
 */
export function mappingsOf(path: string, reference: Uint8Array): Mapping[] {
  const { block, lengths } = mappingBlock(path, reference);
  try {
    const cursor = new Cursor(block);
    const version = cursor.number(1);
    if (version > 1) throw new RangeError(`mappings of version ${version}`);
    const count = cursor.number(lengths);
    if (count > block.length) throw new RangeError('more mappings than bytes');
    const mappings: Mapping[] = [];
    while (mappings.length < count) {
      const flags = version === 0 ? 0 : cursor.number(1);
      const file = flags & SAME_FILE ? '.' : named(flags & FILE_OF, 'file');
      const dataset = named(flags & DATASET_OF, 'dataset');
      mappings.push({ file, dataset, from: readSelection(cursor), to: readSelection(cursor) });
    }
    return mappings;

    /** A name, or the number of a mapping that has the same one. */
    function named(shared: number, key: 'file' | 'dataset'): string {
      const text = shared ? mappings[cursor.number(lengths)]?.[key] : cursor.text();
      if (text === undefined) throw new RangeError('a name of a mapping that is not there');
      return text;
    }
  } catch (cause) {
    throw new FedshotError('data', `${path}: cannot tell what its virtual datasets are made of`, {
      hint: `copy the values into one file: h5repack -l CONTI ${path} whole.h5`,
      cause,
    });
  }
}

/** A mapping, and the shape of the dataset that it takes from. */
export interface Held {
  readonly mapping: Mapping;
  readonly shape: readonly number[];
}

/**
 * Makes sure that sources hold every value of a virtual dataset: the library itself puts a fill value
 * in all others, and whatever that is, nobody has measured it.
 *
 * @throws FedshotError `data`, naming the first sample with a gap
 */
export function assertCovered(name: string, shape: readonly number[], held: readonly Held[]): void {
  const total = shape.reduce((a, b) => a * b, 1);
  const bad = (why: string, hint: string): FedshotError =>
    new FedshotError('data', `${name} is virtual, and ${why}`, { hint });
  let [filled, wanted] = [0, 0];
  for (const { mapping, shape: there } of held) {
    const [takes, wants] = [countWithin(mapping.from, there), countWithin(mapping.to, shape)];
    if (mapping.from === 'all' && takes > wants)
      throw bad(
        `${mapping.file} holds ${takes} values where ${wants} are mapped`,
        'the source has changed since: write the virtual dataset anew',
      );
    filled += Math.min(takes, wants);
    wanted += wants;
  }
  if (wanted > total)
    throw bad('its sources overlap', 'map each value once, or copy the values into one file');
  const mend = 'the others would be filled in: mend the file, or its sources';
  if (filled < total) throw bad(`its sources hold ${filled} of ${total} values`, mend);
  const marked = new Uint8Array(total);
  for (const { mapping } of held) mark(marked, mapping.to, shape);
  const gap = marked.indexOf(0);
  if (gap < 0) return;
  const size = shape.slice(1).reduce((a, b) => a * b, 1);
  throw bad(`no source holds all of sample ${Math.floor(gap / size)}`, mend);
}
