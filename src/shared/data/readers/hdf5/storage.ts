import { Dataset } from 'h5wasm/node';
import { FedshotError } from '../../../errors.js';
import { referred, type OpenFiles } from './files.js';
import { locate, notShown, type Located } from './locate.js';
import { externalFiles } from './object-header.js';
import { assertInMemory } from './values.js';
import { assertCovered, mappingsOf } from './virtual.js';

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
  if (object.metadata.virtual_sources) assertSources(files, { ...found, object }, name, nested);
}

/** Of a virtual dataset: each source is there and whole, and together they hold every value. */
function assertSources(
  files: OpenFiles,
  { object, path }: Located & { object: Dataset },
  name: string,
  nested: number,
): void {
  if (nested >= MOST_NESTED)
    throw new FedshotError('data', `${name}: virtual datasets refer to each other in a circle`);
  assertInMemory(files, object, name);
  const reference = object.create_reference().ref_data;
  const held = mappingsOf(path, reference).map((mapping) => {
    const { file, dataset } = mapping;
    if (/(^|[^%])%\d*b/.test(file + dataset))
      throw new FedshotError('data', `${name} is virtual, of files by a pattern, ${file}`, {
        hint: `copy the values into one file: h5repack -l CONTI ${path} whole.h5`,
      });
    const other = file === '.' ? path : referred(path, file);
    if (other === undefined) throw notShown(`${name}, or a part of it,`, file);
    const source = locate(files, other, dataset);
    if (!source || !(source.object instanceof Dataset))
      throw new FedshotError('data', `${name}: ${other} has no dataset "${dataset}"`, {
        hint: 'a part of the virtual dataset would be empty',
      });
    assertWhole(files, source, `${other}#${source.within}`, nested + 1);
    return { mapping, shape: source.object.metadata.shape ?? [] };
  });
  assertCovered(name, object.metadata.shape ?? [], held);
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
