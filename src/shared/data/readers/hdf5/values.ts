import type { Dataset } from 'h5wasm/node';
import { FedshotError } from '../../../errors.js';
import type { RawLabels } from '../../raw.js';
import { decodeElements, elementName, isReadable, whiteOf, type ElementType } from '../elements.js';
import type { OpenFiles } from './files.js';
import type { Located } from './locate.js';
import { isHalf } from './object-header.js';

/** `H5T_class_t`. */
const [INTEGER, FLOAT, STRING, COMPOUND, ENUM] = [0, 1, 3, 6, 8];

/**
 * All values of a dataset: numbers, or words for a dataset of strings.
 *
 * @throws FedshotError `data` for a type that is not read, `limit` for more than the library can hold
 */
export function readValues(
  files: OpenFiles,
  { path, object: dataset }: Located & { object: Dataset },
  name: string,
): RawLabels {
  const { metadata } = dataset;
  const shape = metadata.shape ?? [];
  if (metadata.type === STRING) return { name, shape, words: readWords(files, dataset, name) };
  const type = elementType(files, dataset, path, name);
  if (files.attributes(dataset).includes('MATLAB_empty'))
    throw new FedshotError('data', `${name}: no samples`);
  const values = decodeElements(readBytes(files, dataset, name), type);
  return { name, shape, values, white: whiteOf(type) };
}

function elementType(files: OpenFiles, dataset: Dataset, path: string, name: string): ElementType {
  const {
    type,
    size,
    signed,
    enum_type: members,
    compound_type: fields,
    littleEndian,
  } = dataset.metadata;
  // the library hands out little-endian numbers, whatever the file holds
  const plain: ElementType = { kind: signed ? 'int' : 'uint', size, littleEndian: true };
  if (type === INTEGER) return isLogical(files, dataset) ? { ...plain, kind: 'bool' } : plain;
  if (type === ENUM) {
    const names = Object.keys(members?.members ?? {})
      .sort()
      .join();
    if (names === 'FALSE,TRUE' && size === 1) return { ...plain, kind: 'bool' };
    if (littleEndian || size === 1) return plain;
  }
  if (type === FLOAT) {
    const float: ElementType = { kind: 'float', size, littleEndian: true };
    if (size === 2 && !isHalf(path, dataset.create_reference().ref_data))
      return { ...float, kind: 'bf' };
    if (isReadable(float)) return float;
    throw new FedshotError('data', `${name} is ${elementName(float)}, which is not read`, {
      hint: 'write it as float32 or float64',
    });
  }
  throw new FedshotError('data', `${name} is not an array of numbers`, {
    hint:
      type === COMPOUND
        ? `it is a table of the fields ${fields?.members.map((field) => field.name).join(', ') ?? ''}: write the numbers as one array`
        : 'write the numbers as one array',
  });
}

/** Truth values of MATLAB are bytes with a mark. */
function isLogical(files: OpenFiles, dataset: Dataset): boolean {
  if (!files.attributes(dataset).includes('MATLAB_class')) return false;
  return String(dataset.get_attribute('MATLAB_class', true)) === 'logical';
}

/** The bytes of a dataset. @throws FedshotError `limit` for more than the library can hold */
export function assertInMemory(
  { module }: Pick<OpenFiles, 'module'>,
  { metadata: { size, total_size: count } }: Dataset,
  name: string,
): number {
  const length = size * count;
  if (length < module.MAXIMUM_MEMORY) return length;
  throw new FedshotError(
    'limit',
    `${name}: ${length} bytes; less than ${module.MAXIMUM_MEMORY} are read`,
  );
}

/** The elements as the library has them in memory. */
function readBytes({ module }: OpenFiles, dataset: Dataset, name: string): Uint8Array {
  const length = assertInMemory({ module }, dataset, name);
  const at = module._malloc(Math.max(length, 1));
  if (at === 0) throw new FedshotError('limit', `${name}: no memory for ${length} bytes`);
  try {
    module.get_dataset_data(dataset.file_id, dataset.path, null, null, null, BigInt(at));
    return module.HEAPU8.slice(at, at + length);
  } finally {
    module._free(at);
  }
}

/** Strings have to be UTF-8, whether or not the file says that they are ASCII. */
function readWords(files: OpenFiles, dataset: Dataset, name: string): string[] {
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  const { vlen, size, cset, total_size: count } = dataset.metadata;
  try {
    if (!vlen) {
      const bytes = readBytes(files, dataset, name);
      return Array.from({ length: count }, (_, i) => {
        const word = bytes.subarray(i * size, (i + 1) * size);
        const end = word.indexOf(0);
        return utf8.decode(end < 0 ? word : word.subarray(0, end)).trimEnd();
      });
    }
    const words = dataset.value as string[];
    if (cset === 1 && words.some((word) => word.includes('\uFFFD')))
      throw new TypeError('not UTF-8');
    return cset === 1 ? words : words.map((word) => utf8.decode(Buffer.from(word, 'latin1')));
  } catch (cause) {
    if (cause instanceof FedshotError) throw cause;
    throw new FedshotError('data', `${name}: a label is not UTF-8`, {
      hint: 'write the labels as UTF-8 strings',
      cause,
    });
  }
}
