import { z } from 'zod';
import { FedshotError } from '../../errors.js';
import { parseSafetensors, type Dtype, type TensorBytes } from '../../format/safetensors.js';
import { arrayDataset } from '../arrays.js';
import { defineReader } from '../define.js';
import type { RawArray } from '../raw.js';
import { readFileBytes } from './bytes.js';
import { decodeElements, whiteOf, type ElementType } from './elements.js';
import { NAMED_OPTIONS, namedArrays } from './named.js';
import { sniff } from './sniff.js';

const type = (kind: ElementType['kind'], size: number): ElementType => ({
  kind,
  size,
  littleEndian: true,
});

const TYPES: Partial<Record<Dtype, ElementType>> = {
  F64: type('float', 8),
  F32: type('float', 4),
  F16: type('float', 2),
  BF16: type('bf', 2),
  I64: type('int', 8),
  I32: type('int', 4),
  I16: type('int', 2),
  I8: type('int', 1),
  U64: type('uint', 8),
  U32: type('uint', 4),
  U16: type('uint', 2),
  U8: type('uint', 1),
  BOOL: type('bool', 1),
};

/**
 * Samples under `x`, `data` or `images`, labels, if any, under `y`, `labels`, `label` or `target`;
 * `x=NAME` and `y=NAME` name others.
 */
export const safetensors = defineReader({
  name: 'safetensors',
  description: 'tensors `x`, `data` or `images`, and `y`, `labels`, `label` or `target`',
  example: 'safetensors:FILE',
  options: z.object(NAMED_OPTIONS),
  files: ({ path }) => [path],
  read(input, { takes }) {
    const { path, options } = input;
    const tensors = parse(path);
    const names = namedArrays(options, [...tensors.keys()], path, 'tensor');
    const read = (name: string): RawArray => {
      const tensor = tensors.get(name);
      if (!tensor) throw new FedshotError('not-found', `${path}: no tensor "${name}"`);
      return decode(`${path} "${name}"`, tensor);
    };
    const labels = names.labels === undefined ? undefined : read(names.labels);
    return arrayDataset(input, read(names.samples), labels, takes);
  },
});

function parse(path: string): ReturnType<typeof parseSafetensors> {
  const bytes = readFileBytes(path);
  try {
    return parseSafetensors(bytes, { file: path, finite: false });
  } catch (cause) {
    const is = sniff(bytes, 'safetensors');
    const message = is ? `${path}: no safetensors file` : (cause as Error).message;
    throw new FedshotError('data', message, { hint: is, cause });
  }
}

function decode(name: string, { dtype, shape, data }: TensorBytes): RawArray {
  const found = TYPES[dtype];
  if (!found)
    throw new FedshotError('data', `${name} is ${dtype}`, {
      hint: `types that are read: ${Object.keys(TYPES).join(', ')}`,
    });
  return { name, shape, values: decodeElements(data, found), white: whiteOf(found) };
}
