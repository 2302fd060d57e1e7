import { FedshotError } from '../../errors.js';
import { arrayDataset, type RawArray } from '../arrays.js';
import { usage, type Notation } from '../notation.js';
import type { Dataset } from '../types.js';
import { readMaybeGzip } from './bytes.js';

const UNSIGNED_BYTE = 0x08;

/**
 * `idx:IMAGES[,LABELS]`: the format of MNIST (LeCun et al.), unsigned bytes, gzip or not.
 *
 * @throws FedshotError `not-found`, `data`, `usage`
 */
export function readIdx({ source, path }: Notation): Dataset {
  const [images, labels, ...more] = path.split(',');
  if (!images || labels === '' || more.length > 0)
    throw usage(source, 'idx takes IMAGES or IMAGES,LABELS');
  const data = parseIdx(readMaybeGzip(images), images);
  if (data.shape.length < 2)
    throw new FedshotError('data', `${images}: holds labels where images are expected`, {
      hint: 'the order is idx:IMAGES,LABELS',
    });
  const target = labels === undefined ? undefined : parseIdx(readMaybeGzip(labels), labels);
  if (target && target.shape.length !== 1)
    throw new FedshotError('data', `${labels!}: holds images where labels are expected`, {
      hint: 'the order is idx:IMAGES,LABELS',
    });
  return arrayDataset(source, data, target);
}

/** Magic `00 00 type rank`, then `rank` big-endian sizes, then the elements. */
function parseIdx(bytes: Uint8Array, name: string): RawArray {
  const bad = (why: string, hint?: string): FedshotError =>
    new FedshotError('data', `${name}: ${why}`, { hint });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4) throw bad(`truncated: ${bytes.length} bytes are too few for an IDX header`);
  const rank = bytes[3]!;
  const magic = view.getUint32(0).toString(16).padStart(8, '0');
  if (view.getUint16(0) !== 0 || rank < 1 || rank > 4) throw bad(`no IDX file: magic 0x${magic}`);
  if (bytes[2] !== UNSIGNED_BYTE)
    throw bad(`IDX elements of type 0x${magic.slice(4, 6)}; only unsigned bytes (0x08) are read`);
  const start = 4 + 4 * rank;
  if (bytes.length < start) throw bad(`truncated: the IDX header needs ${start} bytes`);
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  const size = shape.reduce((a, b) => a * b, 1);
  const found = bytes.length - start;
  if (found < size)
    throw bad(
      `truncated: ${found} bytes where [${shape.join(', ')}] needs ${size}`,
      'copy or download it again',
    );
  if (found > size) throw bad(`${found - size} bytes more than [${shape.join(', ')}] declares`);
  return { name, shape, values: bytes.subarray(start), white: 255 };
}
