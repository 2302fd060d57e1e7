import { FedshotError } from '../../errors.js';
import { readBytes } from '../../files.js';
import { parseSafetensors, type TensorBytes } from '../../safetensors.js';
import { arrayDataset, type RawArray } from '../arrays.js';
import { integerOption, type Notation } from '../notation.js';
import type { Dataset } from '../types.js';

const IMAGE_KEYS = ['x', 'data', 'images'];
const LABEL_KEYS = ['y', 'labels', 'target'];

/**
 * `safetensors:FILE[?scale=WHITE]`: samples under `x`, `data` or `images`, labels, if any, under
 * `y`, `labels` or `target`.
 *
 * @throws FedshotError `not-found`, `data`
 */
export function readSafetensors(notation: Notation): Dataset {
  const { source, path } = notation;
  const tensors = parse(path);
  const find = (keys: string[]): RawArray | undefined => {
    const found = keys.filter((key) => tensors.has(key));
    if (found.length > 1)
      throw new FedshotError('data', `${path}: both "${found[0]!}" and "${found[1]!}" are there`);
    const key = found[0];
    return key === undefined ? undefined : decode(`${path} "${key}"`, tensors.get(key)!);
  };
  const data = find(IMAGE_KEYS);
  if (!data)
    throw new FedshotError('not-found', `${path}: no tensor "x", "data" or "images"`, {
      hint: `it has ${[...tensors.keys()].slice(0, 8).join(', ') || 'none'}`,
    });
  const white = notation.options.has('scale') ? integerOption(notation, 'scale', 1) : data.white;
  return arrayDataset(source, { ...data, white }, find(LABEL_KEYS));
}

function parse(path: string): ReturnType<typeof parseSafetensors> {
  const bytes = readBytes(path);
  try {
    return parseSafetensors(bytes, { file: path, finite: false });
  } catch (cause) {
    throw new FedshotError('data', (cause as Error).message, { cause });
  }
}

function decode(name: string, { dtype, shape, data }: TensorBytes): RawArray {
  const bytes = new Uint8Array(data).buffer; // a copy starts aligned
  const white = dtype.startsWith('F') ? 1 : 255;
  switch (dtype) {
    case 'F64':
      return { name, shape, white, values: new Float64Array(bytes) };
    case 'F32':
      return { name, shape, white, values: new Float32Array(bytes) };
    case 'I64':
      return { name, shape, white, values: new BigInt64Array(bytes) };
    case 'I32':
      return { name, shape, white, values: new Int32Array(bytes) };
    case 'U8':
      return { name, shape, white, values: new Uint8Array(bytes) };
    default:
      throw new FedshotError('data', `${name} is ${dtype}`, {
        hint: 'types that are read: F64, F32, I64, I32, U8',
      });
  }
}
