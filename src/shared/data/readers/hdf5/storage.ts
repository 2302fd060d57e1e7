import { Dataset } from 'h5wasm/node';
import { FedshotError } from '../../../errors.js';
import type { RawLabels } from '../../raw.js';
import { referred, type OpenFiles } from './files.js';
import { locate, notShown, type Located } from './locate.js';
import { externalFiles } from './object-header.js';

/** Filters that the library has been built with. */
const BUILT_IN = [1, 2, 3, 4, 5, 6];
/** Registered filters by their numbers (The HDF Group, "Registered Filter Plugins"). */
const FILTERS: Readonly<Record<number, string>> = {
  305: 'LZO',
  307: 'bzip2',
  32000: 'LZF',
  32001: 'Blosc',
  32002: 'MAFISC',
  32003: 'Snappy',
  32004: 'LZ4',
  32008: 'Bitshuffle',
  32013: 'ZFP',
  32014: 'fpzip',
  32015: 'Zstandard',
  32017: 'SZ',
  32024: 'SZ3',
  32026: 'Blosc2',
};
const LZF = 32000;
/** Virtual datasets of virtual datasets; a file may even refer to itself. */
const MOST_NESTED = 8;

/**
 * Refuses samples of a virtual dataset that hold nothing but zeros: its mappings are not known, and
 * what none of them covers is filled in with zeros.
 *
 * @throws FedshotError `data`
 */
export function assertFilled(array: RawLabels, { object }: Located): void {
  if (!(object instanceof Dataset) || !object.metadata.virtual_sources || 'words' in array) return;
  const { name, shape, values } = array;
  const size = shape.slice(1).reduce((a, b) => a * b, 1);
  if (size < 2) return; // a label may be 0
  for (let at = 0; at < values.length; at += size) {
    let i = at;
    while (i < at + size && Number(values[i]) === 0) i++;
    if (i === at + size)
      throw new FedshotError('data', `${name} is virtual, and sample ${at / size} is all zeros`, {
        hint: 'most likely no source holds it: mend the file, or copy the values into one',
      });
  }
}

/**
 * Makes sure that all values of a dataset can be read: the library itself fills in zeros, without a
 * word, for parts of a virtual dataset whose files are not there, and for raw files that end early.
 *
 * @throws FedshotError `data`, naming the filter or the file
 */
export function assertWhole(files: OpenFiles, found: Located, name: string, nested = 0): void {
  const { object, path } = found;
  if (!(object instanceof Dataset)) return;
  assertFilters(object, path, name);
  const raw = externalFiles(path, object.create_reference().ref_data);
  if (raw.length > 0)
    throw new FedshotError(
      'data',
      `${name}: its values lie outside of ${path}, in ${listed(raw)}`,
      {
        hint: 'write them into the file itself, for example with h5py: copy["data"] = file["data"][...]',
      },
    );
  const { virtual_sources: sources, total_size: size } = object.metadata;
  if (!sources) return;
  if (nested >= MOST_NESTED)
    throw new FedshotError('data', `${name}: virtual datasets refer to each other in a circle`);
  let held = 0;
  for (const { file_name: file, dset_name: within } of sources) {
    if (/(^|[^%])%\d*b/.test(file + within))
      throw new FedshotError('data', `${name} is virtual, of files by a pattern, ${file}`, {
        hint: `copy the values into one file: h5repack -l CONTI ${path} whole.h5`,
      });
    const other = file === '.' ? path : referred(path, file);
    if (other === undefined) throw notShown(`${name}, or a part of it,`, file);
    const source = locate(files, other, within);
    if (!source || !(source.object instanceof Dataset))
      throw new FedshotError('data', `${name}: ${other} has no dataset "${within}"`, {
        hint: 'a part of the virtual dataset would be empty',
      });
    assertWhole(files, source, `${other}#${source.within}`, nested + 1);
    held += source.object.metadata.total_size;
  }
  if (held < size)
    throw new FedshotError(
      'data',
      `${name} is virtual, and its sources hold ${held} of ${size} values`,
      {
        hint: 'the others would be filled in: mend the file, or its sources',
      },
    );
}

function assertFilters(dataset: Dataset, path: string, name: string): void {
  const other = dataset.filters.find(({ id }) => !BUILT_IN.includes(id));
  if (!other) return;
  const filter = FILTERS[other.id] ?? `filter ${other.id}${other.name ? ` (${other.name})` : ''}`;
  throw new FedshotError('data', `${name} is packed with ${filter}, which is not read`, {
    hint:
      other.id === LZF
        ? `LZF is h5py's own: write it with compression="gzip", or h5repack -f GZIP=4 ${path} new.h5 where the plug-in is`
        : `h5repack -f GZIP=4 ${path} new.h5`,
  });
}

const listed = (names: readonly string[]): string =>
  names.slice(0, 5).join(', ') + (names.length > 5 ? ` and ${names.length - 5} more` : '');
