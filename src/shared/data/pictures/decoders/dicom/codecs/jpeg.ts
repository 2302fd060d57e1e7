import { FedshotError } from '../../../../../errors.js';
import { sharp } from '../../raster/sharp.js';
import type { PixelHeader } from '../header.js';
import { frameHeader, type FrameHeader } from './markers.js';
import { decodeJpeg12 } from './jpeg-12/index.js';
import type { Words } from './types.js';

/** Adobe's APP14 marker whose last byte says that colours are as they are. */
const AS_THEY_ARE = Buffer.from([
  0xff, 0xee, 0, 14, 0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, 0,
]);

/**
 * JPEG baseline and extended: 8 bits by libjpeg-turbo, as photographs are; 12 bits, which that was not built
 * for, by our own lines.
 *
 * @throws FedshotError `data`
 */
export async function decodeJpeg(bytes: Uint8Array, header: PixelHeader): Promise<Words> {
  const frame = frameHeader(bytes, header);
  if (frame.precision === 12) return decodeJpeg12(bytes, header);
  const { samples, path } = header;
  try {
    const { data, info } = await sharp(withColour(bytes, frame, header), {
      failOn: 'error',
      ignoreIcc: true,
      limitInputPixels: header.rows * header.columns,
    })
      .toColourspace(samples === 1 ? 'b-w' : 'srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== samples || data.length !== header.rows * header.columns * samples)
      throw new Error(`${info.channels} channels`);
    return { data, stored: 8, high: 7, colour: samples === 3 ? 'rgb' : undefined };
  } catch (error) {
    const said = error instanceof Error ? (error.message.split('\n')[0] ?? '') : '';
    throw new FedshotError(
      'data',
      `${path}: its JPEG ends in the middle or is damaged (${said.slice(0, 80)})`,
      { hint: 'copy it again, or leave it out', cause: error },
    );
  }
}

/**
 * Where the header says RGB and no marker of Adobe's says otherwise, libjpeg would take colours for YCbCr:
 * it is told that they are not, and JFIF's marker, which would overrule that, is left out.
 */
function withColour(bytes: Uint8Array, frame: FrameHeader, header: PixelHeader): Uint8Array {
  if (frame.components !== 3 || frame.adobe || header.photometric !== 'RGB') return bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 2;
  while (bytes[at] === 0xff && bytes[at + 1] === 0xe0) at += 2 + view.getUint16(at + 2);
  return Buffer.concat([bytes.subarray(0, 2), AS_THEY_ARE, bytes.subarray(at)]);
}
