import { existsSync } from 'node:fs';
import { Dataset as Hdf5Dataset, File, Group, ready } from 'h5wasm/node';
import { FedshotError } from '../../errors.js';
import { arrayDataset, type RawArray } from '../arrays.js';
import { integerOption, type Notation } from '../notation.js';
import type { Dataset } from '../types.js';

/**
 * `hdf5:FILE#GROUP[?scale=WHITE]`: a group with datasets `data` and, if there are labels, `target`.
 * Without a group the root is taken.
 *
 * @throws FedshotError `not-found`, `data`
 */
export async function readHdf5(notation: Notation): Promise<Dataset> {
  const { source, path, part = '/' } = notation;
  const module = await ready;
  // Otherwise the library prints its error stack itself, and goes on.
  module.activate_throwing_error_handler();
  if (!existsSync(path)) throw new FedshotError('not-found', `no such file: ${path}`);
  let file: File | undefined;
  try {
    file = new File(path, 'r');
    const group = part === '/' ? file : file.get(part);
    if (!(group instanceof Group))
      throw new FedshotError('not-found', `${path}: no group "${part}"`, {
        hint: `it has ${list(groups(file))}`,
      });
    const scale = notation.options.has('scale') ? integerOption(notation, 'scale', 1) : undefined;
    const data = read(group, 'data', path, part, scale);
    if (!data)
      throw new FedshotError('not-found', `${path}: group "${part}" has no dataset "data"`, {
        hint: `it has ${list(group.keys())}`,
      });
    return arrayDataset(source, data, read(group, 'target', path, part));
  } catch (cause) {
    if (cause instanceof FedshotError) throw cause;
    throw new FedshotError('data', `${path}: ${reason(cause)}`, { cause });
  } finally {
    file?.close();
  }
}

function read(
  group: Group,
  key: string,
  path: string,
  part: string,
  scale?: number,
): RawArray | undefined {
  if (!group.keys().includes(key)) return undefined;
  const entity = group.get(key);
  const name = `${path}#${part} "${key}"`;
  const values = entity instanceof Hdf5Dataset ? entity.value : undefined;
  if (!(entity instanceof Hdf5Dataset) || !ArrayBuffer.isView(values))
    throw new FedshotError('data', `${name} is not an array of numbers`);
  const white = values instanceof Float32Array || values instanceof Float64Array ? 1 : 255;
  return {
    name,
    shape: entity.shape ?? [],
    values: values as unknown as ArrayLike<number | bigint>,
    white: scale ?? (values instanceof Uint16Array ? 65535 : white),
  };
}

const groups = (file: File): string[] =>
  file.keys().filter((key) => file.get(key) instanceof Group);

const list = (names: readonly string[]): string =>
  names.length === 0 ? 'none' : names.map((name) => `"${name}"`).join(', ');

/** The innermost line of the library's error stack: `#006: … in H5F__super_read(): REASON`. */
function reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const innermost = [...text.matchAll(/^\s*#\d+: .*?\(\): (.*)$/gm)].at(-1)?.[1];
  return innermost ?? text.split('\n', 1)[0]!;
}
