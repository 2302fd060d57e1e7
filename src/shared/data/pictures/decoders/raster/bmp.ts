import { FedshotError } from '../../../../errors.js';
import type { Picture } from '../../types.js';
import { checkSize } from '../limits.js';

/** Ways in which pixels are stored (`biCompression`) that are read. */
const PLAIN = 0;
const BIT_FIELDS = [3, 6];

interface Header {
  readonly width: number;
  readonly height: number;
  /** Rows come from the bottom unless the height is negative. */
  readonly topDown: boolean;
  readonly bits: number;
  /** Where pixels begin. */
  readonly start: number;
  readonly palette: { readonly at: number; readonly entry: number; readonly count: number };
  /** Masks of red, green and blue in a pixel of 16 or 32 bits. */
  readonly masks: readonly number[];
}

/**
 * Decodes a Windows bitmap without compression: 1, 4 or 8 bits with a palette, 16, 24 or 32 bits. Alpha is
 * dropped.
 *
 * @throws FedshotError `data`, `limit`
 */
export function decodeBmp(bytes: Buffer, path: string): Picture {
  const header = headerOf(bytes, path);
  const { width, height, bits, start, topDown } = header;
  const stride = ((width * bits + 31) >>> 5) * 4;
  if (start + stride * height > bytes.length)
    throw bad(path, 'the BMP ends in the middle', 'copy it again');
  const data = new Uint8Array(width * height * 3);
  const put = pixelOf(bytes, header);
  for (let y = 0; y < height; y++) {
    const row = start + (topDown ? y : height - 1 - y) * stride;
    for (let x = 0; x < width; x++) put(row, x, data, (y * width + x) * 3);
  }
  return { width, height, channels: 3, data };
}

/** The file's header and that of the bitmap: BITMAPCOREHEADER, or BITMAPINFOHEADER and its successors. */
function headerOf(bytes: Buffer, path: string): Header {
  if (bytes.length < 26) throw bad(path, 'the BMP ends in its header', 'copy it again');
  const size = bytes.readUInt32LE(14);
  const core = size === 12;
  if (!core && size < 40) throw bad(path, `a BMP with a header of ${size} bytes is not read`);
  if (!core && bytes.length < 14 + Math.max(size, 40))
    throw bad(path, 'the BMP ends in its header', 'copy it again');
  const signed = core ? bytes.readUInt16LE(20) : bytes.readInt32LE(22);
  const width = core ? bytes.readUInt16LE(18) : bytes.readInt32LE(18);
  const height = Math.abs(signed);
  checkSize(path, width, height);
  const bits = bytes.readUInt16LE(core ? 24 : 28);
  const compression = core ? PLAIN : bytes.readUInt32LE(30);
  const fields = BIT_FIELDS.includes(compression) && (bits === 16 || bits === 32);
  if (![1, 4, 8, 16, 24, 32].includes(bits) || (compression !== PLAIN && !fields))
    throw bad(
      path,
      `a BMP of ${bits} bits with compression ${compression} is not read`,
      'save it as PNG',
    );
  // the masks stand behind 40 bytes, be they part of the header or not
  const after = 14 + size + (fields && size === 40 ? (compression === 6 ? 16 : 12) : 0);
  const masks = fields
    ? [54, 58, 62].map((at) => readMask(bytes, at, path))
    : bits === 16
      ? [0x7c00, 0x3e0, 0x1f]
      : [0xff0000, 0xff00, 0xff];
  const entry = core ? 3 : 4;
  const announced = core ? 0 : bytes.readUInt32LE(46);
  const most = bits <= 8 ? 2 ** bits : 0;
  const count = Math.min(announced === 0 ? most : announced, most);
  if (after + entry * count > bytes.length) throw bad(path, 'the BMP ends in its palette');
  return {
    width,
    height,
    topDown: signed < 0,
    bits,
    start: bytes.readUInt32LE(10),
    palette: { at: after, entry, count },
    masks,
  };
}

function readMask(bytes: Buffer, at: number, path: string): number {
  if (bytes.length < at + 4) throw bad(path, 'the BMP ends in its masks');
  const mask = bytes.readUInt32LE(at);
  if (mask === 0) throw bad(path, 'a BMP with an empty mask');
  return mask;
}

type Put = (row: number, x: number, to: Uint8Array, at: number) => void;

function pixelOf(bytes: Buffer, { bits, palette, masks }: Header): Put {
  if (bits <= 8)
    return (row, x, to, at) => {
      const bit = x * bits;
      const index = (bytes[row + (bit >> 3)]! >> (8 - bits - (bit & 7))) & (2 ** bits - 1);
      if (index >= palette.count) return; // no such colour: black
      const from = palette.at + index * palette.entry;
      for (let i = 0; i < 3; i++) to[at + i] = bytes[from + 2 - i]!;
    };
  if (bits === 24)
    return (row, x, to, at) => {
      for (let i = 0; i < 3; i++) to[at + i] = bytes[row + 3 * x + 2 - i]!;
    };
  const parts = masks.map((mask) => {
    const shift = 31 - Math.clz32(mask & -mask);
    return { shift, top: mask >>> shift };
  });
  return (row, x, to, at) => {
    const value = bits === 16 ? bytes.readUInt16LE(row + 2 * x) : bytes.readUInt32LE(row + 4 * x);
    for (const [i, { shift, top }] of parts.entries())
      to[at + i] = (((value >>> shift) & top) >>> 0) * (255 / top);
  };
}

const bad = (path: string, why: string, hint?: string): FedshotError =>
  new FedshotError('data', `${path}: ${why}`, { hint });
