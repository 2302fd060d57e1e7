import { Dataset as Hdf5Dataset, Group } from 'h5wasm/node';
import { FedshotError } from '../../../errors.js';
import { arrayDataset } from '../../arrays.js';
import type { RawArray, RawLabels } from '../../raw.js';
import type { Dataset, ExpectedInput } from '../../types.js';
import { readFileBytes } from '../bytes.js';
import { namedArrays } from '../named.js';
import { rowMajor } from '../order.js';
import { sniff } from '../sniff.js';
import { OpenFiles } from './files.js';
import { locate, type Located } from './locate.js';
import type { Hdf5Input, Order } from './options.js';
import { assertWhole } from './storage.js';
import { readValues } from './values.js';

/**
 * Reads a group; what other files hold is read where `sources=` names them, and never made up.
 * @throws FedshotError `not-found`, `data`, `limit`
 */
export async function readHdf5(input: Hdf5Input, takes?: ExpectedInput): Promise<Dataset> {
  const { path, part = '/', options } = input;
  const files = await OpenFiles.start();
  try {
    const group = findGroup(files, path, part);
    const where = `${path}: group "${part}"`;
    const names = namedArrays(options, group.names, part === '/' ? path : where, 'dataset');
    const read = (name: string): RawLabels => {
      const found = locate(files, group.path, `${group.within}/${name}`);
      const label = `${path}#${part} "${name}"`;
      if (!found) throw new FedshotError('data', `${label} is a link to what is not there`);
      if (!(found.object instanceof Hdf5Dataset))
        throw new FedshotError('data', `${label} is not an array of numbers`);
      assertWhole(files, found, label);
      const array = readValues(files, { ...found, object: found.object }, label);
      return ordered(files, array, options.order, found);
    };
    const data = read(names.samples);
    if ('words' in data) throw new FedshotError('data', `${data.name} is not an array of numbers`);
    const labels = names.labels === undefined ? undefined : read(names.labels);
    return arrayDataset(input, data, labels, takes);
  } catch (cause) {
    if (cause instanceof FedshotError) throw cause;
    throw new FedshotError('data', `${path}: ${reason(cause)}`, { cause });
  } finally {
    files.close();
  }
}

function findGroup(
  files: OpenFiles,
  path: string,
  part: string,
): { path: string; within: string; names: string[] } {
  const root = openRoot(files, path);
  const found = locate(files, path, part);
  if (found?.object instanceof Group)
    return { path: found.path, within: found.within, names: found.object.keys() };
  const groups = root.keys().filter((key) => locate(files, path, key)?.object instanceof Group);
  throw new FedshotError('not-found', `${path}: no group "${part}"`, {
    hint: found
      ? 'a dataset is named with x=NAME behind its group'
      : `it has ${groups.map((name) => `"${name}"`).join(', ') || 'none'}`,
  });
}

function openRoot(files: OpenFiles, path: string): Group {
  try {
    return files.open(path);
  } catch (cause) {
    if (cause instanceof FedshotError) throw cause;
    const is = sniff(readFileBytes(path), 'hdf5');
    throw new FedshotError('data', `${path}: ${reason(cause)}`, { hint: is, cause });
  }
}

/** MATLAB writes the last axis first; what it has written says so, and has to be told how to be read. */
function ordered(
  files: OpenFiles,
  array: RawLabels,
  order: Order | undefined,
  { object }: Located,
): RawLabels {
  const { name } = array;
  const rank = array.shape.filter((size) => size !== 1).length;
  if (order === undefined && rank > 1 && files.attributes(object).includes('MATLAB_class'))
    throw new FedshotError('data', `${name} was written by MATLAB, which turns the axes round`, {
      hint: `order=matlab reads it as MATLAB shows it, [${[...array.shape].reverse().join(', ')}]; order=c as [${array.shape.join(', ')}]`,
    });
  if (order !== 'matlab') return array;
  const shape = [...array.shape].reverse();
  if ('words' in array) return { ...array, shape };
  const values = rowMajor(array.values as ArrayLike<number>, shape, true);
  return { ...array, shape, values } satisfies RawArray;
}

/** The innermost line of the library's error stack: `#006: … in H5F__super_read(): REASON`. */
function reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const innermost = [...text.matchAll(/^\s*#\d+: .*?\(\): (.*)$/gm)].at(-1)?.[1];
  return innermost ?? text.split('\n', 1)[0]!;
}
