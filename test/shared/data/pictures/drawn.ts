import sharp, { type Sharp } from 'sharp';

/** A picture of three smooth bands of colour: `height × width × 3` levels. */
export function bands(width = 40, height = 30): Buffer {
  const data = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      data.set(
        [(255 * x) / width, (255 * y) / height, (255 * (x + y)) / (width + height)],
        (y * width + x) * 3,
      );
  return data;
}

/** The same for libvips to encode. */
export const drawing = (width = 40, height = 30): Sharp =>
  sharp(bands(width, height), { raw: { width, height, channels: 3 } });

/** A BMP of 3 × 2 pixels whose rows come from the bottom: `red green blue / white black grey`. */
export function bmp(
  bits: 24 | 32 | 16 | 8 | 4 | 1,
  { topDown = false, masks = false } = {},
): Buffer {
  const colours = [
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
    [255, 255, 255],
    [0, 0, 0],
    [132, 132, 132],
  ];
  const palette =
    bits <= 8
      ? bits === 1
        ? [
            [0, 0, 0],
            [255, 255, 255],
          ]
        : colours
      : [];
  const stride = ((3 * bits + 31) >> 5) * 4;
  const start = 54 + (masks ? 12 : 0) + 4 * palette.length;
  const bytes = Buffer.alloc(start + 2 * stride);
  bytes.write('BM');
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(start, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(3, 18);
  bytes.writeInt32LE(topDown ? -2 : 2, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(bits, 28);
  bytes.writeUInt32LE(masks ? 3 : 0, 30);
  bytes.writeUInt32LE(palette.length, 46);
  if (masks) [0xf800, 0x7e0, 0x1f].forEach((mask, i) => bytes.writeUInt32LE(mask, 54 + 4 * i));
  palette.forEach(([r = 0, g = 0, b = 0], i) =>
    bytes.set([b, g, r, 0], 54 + (masks ? 12 : 0) + 4 * i),
  );
  for (let y = 0; y < 2; y++)
    for (let x = 0; x < 3; x++) {
      const [r = 0, g = 0, b = 0] = colours[3 * y + x]!;
      const row = start + (topDown ? y : 1 - y) * stride;
      if (bits >= 24) bytes.set([b, g, r], row + (x * bits) / 8);
      else if (bits === 16)
        bytes.writeUInt16LE(
          masks
            ? ((r >> 3) << 11) | ((g >> 2) << 5) | (b >> 3)
            : ((r >> 3) << 10) | ((g >> 3) << 5) | (b >> 3),
          row + 2 * x,
        );
      else {
        const index = bits === 1 ? Number(y === 1 && x === 0) : 3 * y + x;
        const bit = x * bits;
        bytes[row + (bit >> 3)]! |= index << (8 - bits - (bit & 7));
      }
    }
  return bytes;
}

/** A grey TIFF of one strip, little-endian. */
export function greyTiff(width: number, values: Uint16Array | Float32Array): Buffer {
  const bits = 8 * values.BYTES_PER_ELEMENT;
  const tags = [
    [256, width],
    [257, values.length / width],
    [258, bits],
    [259, 1],
    [262, 1],
    [273, 8],
    [277, 1],
    [278, values.length / width],
    [279, values.byteLength],
    [339, values instanceof Float32Array ? 3 : 1],
  ];
  const at = 8 + values.byteLength;
  const bytes = Buffer.alloc(at + 2 + 12 * tags.length + 4);
  bytes.write('II*\0');
  bytes.writeUInt32LE(at, 4);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), 8);
  bytes.writeUInt16LE(tags.length, at);
  tags.forEach(([tag = 0, value = 0], i) => {
    const entry = at + 2 + 12 * i;
    bytes.writeUInt16LE(tag, entry);
    bytes.writeUInt16LE(4, entry + 2); // LONG
    bytes.writeUInt32LE(1, entry + 4);
    bytes.writeUInt32LE(value, entry + 8);
  });
  return bytes;
}
