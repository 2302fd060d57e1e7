import { createRequire } from 'node:module';
import { FedshotError } from '../../../../../errors.js';
import type { PixelHeader } from '../header.js';
import { frameHeader } from './markers.js';
import type { Words } from './types.js';

/** What is used of the library, which has no types. */
interface Lossless {
  readonly Decoder: new () => {
    decode(
      buffer: ArrayBuffer,
      offset: number,
      length: number,
      bytes: number,
    ): Uint8Array | Uint16Array;
  };
}

/**
 * JPEG lossless, processes 14 and 14 with the first predictor.
 * @throws FedshotError `data`
 */
export function decodeJpegLossless(bytes: Uint8Array, header: PixelHeader): Words {
  const { precision, marker } = frameHeader(bytes, header);
  if (marker !== 0xc3)
    throw new FedshotError('data', `${header.path}: its pixels are no lossless JPEG`);
  const size = precision <= 8 ? 1 : 2;
  const { Decoder } = createRequire(import.meta.url)('jpeg-lossless-decoder-js') as Lossless;
  const words = header.rows * header.columns * header.samples;
  try {
    const { buffer } = Uint8Array.from(bytes);
    const data = new Decoder().decode(buffer, 0, bytes.length, size);
    if (data.length < words) throw new Error('too few samples');
    return { data: data.subarray(0, words), stored: precision, high: precision - 1 };
  } catch (error) {
    throw new FedshotError('data', `${header.path}: its lossless JPEG is damaged`, {
      hint: 'copy it again, or leave it out',
      cause: error,
    });
  }
}
