import { z } from 'zod';
import { FedshotError } from '../../errors.js';
import { ARRAY_OPTIONS } from '../array-options.js';
import { arrayDataset } from '../arrays.js';
import { defineReader, type ReaderInput } from '../define.js';
import type { RawArray } from '../raw.js';
import type { Dataset, ExpectedInput } from '../types.js';
import { readMaybeGzip } from './bytes.js';
import { decodeElements, whiteOf, type ElementType } from './elements.js';
import { pairOf } from './pair.js';
import { sniff } from './sniff.js';

const TYPES: Readonly<Record<number, ElementType>> = {
  0x08: { kind: 'uint', size: 1, littleEndian: false },
  0x09: { kind: 'int', size: 1, littleEndian: false },
  0x0b: { kind: 'int', size: 2, littleEndian: false },
  0x0c: { kind: 'int', size: 4, littleEndian: false },
  0x0d: { kind: 'float', size: 4, littleEndian: false },
  0x0e: { kind: 'float', size: 8, littleEndian: false },
};

/** The format of MNIST (LeCun et al.), all of its element types, gzip or not. */
export const idx = defineReader({
  name: 'idx',
  description: 'the format of MNIST, gzip or not',
  example: 'idx:IMAGES[,LABELS]',
  options: z.object(ARRAY_OPTIONS),
  files: ({ paths }) => paths,
  read: (input, { takes }) => readIdx(input, takes),
});

function readIdx(input: ReaderInput<typeof ARRAY_OPTIONS>, takes?: ExpectedInput): Dataset {
  const { samples: images, labels } = pairOf(input, 'idx', 'IMAGES');
  const data = parseIdx(readMaybeGzip(images), images);
  if (data.shape.length < 2)
    throw new FedshotError('data', `${images}: holds labels where images are expected`, {
      hint: 'the order is idx:IMAGES,LABELS',
    });
  const target = labels === undefined ? undefined : parseIdx(readMaybeGzip(labels), labels);
  if (target && target.shape.length > 2)
    throw new FedshotError('data', `${target.name}: holds images where labels are expected`, {
      hint: 'the order is idx:IMAGES,LABELS',
    });
  return arrayDataset(input, data, target, takes);
}

/** Magic `00 00 type rank`, then `rank` big-endian sizes, then the elements. */
function parseIdx(bytes: Uint8Array, name: string): RawArray {
  const bad = (why: string, hint?: string): FedshotError =>
    new FedshotError('data', `${name}: ${why}`, { hint });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4) throw bad(`truncated: ${bytes.length} bytes are too few for an IDX header`);
  const rank = bytes[3]!;
  const magic = view.getUint32(0).toString(16).padStart(8, '0');
  if (view.getUint16(0) !== 0 || rank < 1 || rank > 4)
    throw bad(`no IDX file: magic 0x${magic}`, sniff(bytes, 'idx'));
  const type = TYPES[bytes[2]!];
  if (!type)
    throw bad(
      `IDX elements of type 0x${magic.slice(4, 6)}`,
      'the format has 0x08, 0x09 and 0x0b to 0x0e: is it another one, or damaged?',
    );
  const start = 4 + 4 * rank;
  if (bytes.length < start) throw bad(`truncated: the IDX header needs ${start} bytes`);
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  const size = shape.reduce((a, b) => a * b, type.size);
  const found = bytes.length - start;
  if (found < size)
    throw bad(
      `truncated: ${found} bytes where [${shape.join(', ')}] needs ${size}`,
      'copy or download it again',
    );
  if (found > size) throw bad(`${found - size} bytes more than [${shape.join(', ')}] declares`);
  return { name, shape, values: decodeElements(bytes.subarray(start), type), white: whiteOf(type) };
}
