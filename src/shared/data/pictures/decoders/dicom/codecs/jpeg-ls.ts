import type { PixelHeader } from '../header.js';
import { frameHeader } from './markers.js';
import { interleaved, wordsOf } from './native.js';
import type { FrameCodec } from './types.js';
import { WasmCodec } from './wasm.js';

/** JPEG-LS, lossless and near-lossless, by CharLS. */
export function jpegLsCodec(): FrameCodec {
  const codec = new WasmCodec('@cornerstonejs/codec-charls/decodewasmjs', 'JpegLSDecoder');
  return async (bytes: Uint8Array, header: PixelHeader) => {
    const { precision } = frameHeader(bytes, header);
    const { data, planar } = await codec.decode(bytes, header.path);
    const words = wordsOf(data, precision <= 8 ? 8 : 16);
    return {
      data: planar && header.samples > 1 ? interleaved(words, header.samples) : words,
      stored: precision,
      high: precision - 1,
    };
  };
}
