import { z } from 'zod';
import { FedshotError } from '../../errors.js';
import { ARRAY_OPTIONS } from '../array-options.js';
import { arrayDataset } from '../arrays.js';
import { defineReader } from '../define.js';
import type { RawLabels } from '../raw.js';
import { readMaybeGzip } from './bytes.js';
import { decodeElements, whiteOf, type ElementType } from './elements.js';
import { pairOf } from './pair.js';
import { sniff } from './sniff.js';
import { rowMajor } from './order.js';

const KINDS: Readonly<Record<string, ElementType['kind']>> = {
  f: 'float',
  i: 'int',
  u: 'uint',
  b: 'bool',
};

/** Arrays as NumPy's `save` writes them, gzip or not. */
export const npy = defineReader({
  name: 'npy',
  description: "arrays as NumPy's `save` writes them",
  example: 'npy:SAMPLES[,LABELS]',
  options: z.object(ARRAY_OPTIONS),
  files: ({ paths }) => paths,
  read(input, { takes }) {
    const { samples, labels } = pairOf(input, 'npy', 'SAMPLES');
    const data = parseNpy(readMaybeGzip(samples), samples);
    if ('words' in data) throw new FedshotError('data', `${samples} is not an array of numbers`);
    const target = labels === undefined ? undefined : parseNpy(readMaybeGzip(labels), labels);
    return arrayDataset(input, data, target, takes);
  },
});

/**
 * Parses an array: magic, version, length of the header, the header (a Python dictionary with
 * `descr`, `fortran_order` and `shape`), the elements.
 *
 * Format: numpy.lib.format, versions 1.0 to 3.0.
 * @throws FedshotError `data`
 */
export function parseNpy(bytes: Uint8Array, name: string): RawLabels {
  const bad = (why: string, hint?: string): FedshotError =>
    new FedshotError('data', `${name}: ${why}`, { hint });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (Buffer.from(bytes.subarray(0, 6)).toString('latin1') !== '\x93NUMPY')
    throw bad('no NumPy array', sniff(bytes, 'npy'));
  const wide = bytes[6]! > 1;
  const start = wide ? 12 : 10;
  if (bytes.length < start) throw bad('truncated header');
  const end = start + (wide ? view.getUint32(8, true) : view.getUint16(8, true));
  if (end > bytes.length) throw bad('truncated header');
  const header = Buffer.from(bytes.subarray(start, end)).toString('utf8');
  const descr = /'descr':\s*'([<>|=])([a-zA-Z])(\d+)'/.exec(header);
  const fortran = /'fortran_order':\s*(True|False)/.exec(header)?.[1] === 'True';
  const sizes = /'shape':\s*\(([\d,\sL]*)\)/.exec(header)?.[1];
  if (!descr || sizes === undefined) {
    const type = /'descr':\s*(.{1,40}?)(?:, 'fortran|$)/.exec(header)?.[1] ?? 'unknown';
    throw bad(`elements of type ${type} are not read`, 'save numbers, or labels as plain strings');
  }
  const shape = sizes
    .split(',')
    .map((size) => size.replace('L', '').trim())
    .filter(Boolean)
    .map(Number);
  const [, order, letter = '', width] = descr;
  const littleEndian = order !== '>';
  const size = Number(width) * (letter === 'U' ? 4 : 1);
  const needs = shape.reduce((a, b) => a * b, size);
  const data = bytes.subarray(end);
  if (data.length !== needs)
    throw bad(
      `${data.length < needs ? 'truncated: ' : ''}${data.length} bytes where [${shape.join(', ')}] needs ${needs}`,
      'copy or save it again',
    );
  if (letter === 'U' || letter === 'S')
    return { name, shape, words: decodeWords(data, size, letter, littleEndian, bad) };
  const kind = KINDS[letter];
  const type = kind && { kind, size, littleEndian };
  if (!type || (kind === 'float' && size === 16) || (letter === 'b' && size !== 1))
    throw bad(
      `elements of type ${letter}${width ?? ''} are not read`,
      letter === 'O' ? 'it is an array of Python objects: save numbers' : undefined,
    );
  const values = rowMajor(decodeElements(data, type), shape, fortran);
  return { name, shape, values, white: whiteOf(type) };
}

/** Strings of one width, padded with zeros: UTF-32, or bytes that have to be UTF-8. */
function decodeWords(
  data: Uint8Array,
  size: number,
  letter: 'U' | 'S',
  littleEndian: boolean,
  bad: (why: string) => FedshotError,
): string[] {
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return Array.from({ length: size === 0 ? 0 : data.length / size }, (_, i) => {
    try {
      if (letter === 'S')
        return utf8.decode(data.subarray(i * size, (i + 1) * size)).replace(/\0+$/, '');
      const codes = Array.from({ length: size / 4 }, (_, k) =>
        view.getUint32(i * size + 4 * k, littleEndian),
      );
      return String.fromCodePoint(...codes).replace(/\0+$/, '');
    } catch {
      throw bad(`the text of element ${i} cannot be decoded`);
    }
  });
}
