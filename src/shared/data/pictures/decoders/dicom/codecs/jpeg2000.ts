import { FedshotError } from '../../../../../errors.js';
import type { PixelHeader } from '../header.js';
import { checkFrame } from './markers.js';
import { wordsOf } from './native.js';
import type { FrameCodec } from './types.js';
import { WasmCodec } from './wasm.js';

/** Fewer bytes hold no SIZ segment (ITU-T T.800, A.5.1). */
const LEAST = 60;
/** The SIZ marker follows SOC at once. */
const SIZ = 0xff51;
const COD = 0xff52;

/** JPEG 2000 by OpenJPEG. */
export const jpeg2000Codec = (): FrameCodec =>
  codestreamCodec(new WasmCodec('@cornerstonejs/codec-openjpeg/decodewasmjs', 'J2KDecoder'));

/** High-throughput JPEG 2000 by OpenJPH. */
export const htj2kCodec = (): FrameCodec =>
  codestreamCodec(new WasmCodec('@cornerstonejs/codec-openjph/wasmjs', 'HTJ2KDecoder'));

function codestreamCodec(codec: WasmCodec): FrameCodec {
  return async (bytes: Uint8Array, header: PixelHeader) => {
    const { precision, transformed } = codestream(bytes, header);
    const { data } = await codec.decode(bytes, header.path);
    const words = wordsOf(data, precision <= 8 ? 8 : 16);
    const ybr = header.photometric.startsWith('YBR_FULL') && !transformed;
    return {
      data: words,
      stored: precision,
      high: precision - 1,
      colour: header.samples === 3 ? (ybr ? 'ybr' : 'rgb') : undefined,
    };
  };
}

/**
 * Size and kind, from the codestream's own header, before a codec allocates by it.
 * @throws FedshotError `data`
 */
function codestream(
  bytes: Uint8Array,
  header: PixelHeader,
): { precision: number; transformed: boolean } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = jp2Offset(view);
  if (bytes.length - start < LEAST || view.getUint16(start + 2) !== SIZ)
    throw new FedshotError('data', `${header.path}: its pixels are no JPEG 2000, or damaged`);
  const siz = start + 4;
  checkFrame(header, {
    width: view.getUint32(siz + 4) - view.getUint32(siz + 12),
    height: view.getUint32(siz + 8) - view.getUint32(siz + 16),
    components: view.getUint16(siz + 36),
  });
  const precision = (view.getUint8(siz + 38) & 0x7f) + 1;
  if (precision > 16)
    throw new FedshotError('data', `${header.path}: JPEG 2000 of ${precision} bits is not read`);
  return { precision, transformed: hasTransform(view, siz + view.getUint16(siz)) };
}

/** Some writers put the codestream into a JP2 file, which the standard forbids. */
function jp2Offset(view: DataView): number {
  if (view.byteLength < 12 || view.getUint32(4) !== 0x6a502020) return 0;
  for (let at = 0; at + 8 <= view.byteLength;) {
    const length = view.getUint32(at);
    if (view.getUint32(at + 4) === 0x6a703263) return at + 8; // jp2c
    if (length < 8) break;
    at += length;
  }
  return 0;
}

/** Whether colours were made of others (COD, its component transform). */
function hasTransform(view: DataView, from: number): boolean {
  for (let at = from; at + 9 < view.byteLength;) {
    const marker = view.getUint16(at);
    if (marker === COD) return view.getUint8(at + 8) === 1;
    if (marker < 0xff50 || marker > 0xff7f) return false;
    at += 2 + view.getUint16(at + 2);
  }
  return false;
}
