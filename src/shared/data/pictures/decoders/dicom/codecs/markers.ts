import { FedshotError } from '../../../../../errors.js';
import type { PixelHeader } from '../header.js';

/** What the frame header of a JPEG or JPEG-LS says (ITU-T T.81, B.2.2; T.87, C.2.2). */
export interface FrameHeader {
  /** Last byte of its marker: 0xc0 baseline, 0xc1 extended, 0xc3 lossless, 0xf7 JPEG-LS. */
  readonly marker: number;
  readonly precision: number;
  readonly width: number;
  readonly height: number;
  readonly components: number;
  /** Whether Adobe's marker says what colours are. */
  readonly adobe: boolean;
}

const NO_FRAME = [0xc4, 0xc8, 0xcc];

/**
 * Reads the markers of a JPEG up to its frame header, and holds the size against what the file announces:
 * what a codec allocates is then bounded.
 *
 * @throws FedshotError `data`
 */
export function frameHeader(bytes: Uint8Array, header: PixelHeader): FrameHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let adobe = false;
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++; // a fill byte
      continue;
    }
    if (marker === 0xee) adobe ||= isAdobe(bytes.subarray(at + 2, at + 9));
    const frame = (marker & 0xf0) === 0xc0 && !NO_FRAME.includes(marker);
    if (frame || marker === 0xf7) {
      const found = {
        marker,
        precision: bytes[at + 4]!,
        height: view.getUint16(at + 5),
        width: view.getUint16(at + 7),
        components: bytes[at + 9]!,
        adobe,
      };
      checkFrame(header, found);
      return found;
    }
    if (marker === 0xda) break;
    at += 2 + view.getUint16(at + 2);
  }
  throw new FedshotError('data', `${header.path}: its pixels are no JPEG, or damaged`);
}

/** A shorter one is ignored by libjpeg too. */
const isAdobe = (segment: Uint8Array): boolean =>
  segment[1]! >= 14 && Buffer.from(segment.subarray(2)).toString('latin1') === 'Adobe';

/** @throws FedshotError `data` where the compressed data are of another size than the header says */
export function checkFrame(
  { path, rows, columns, samples }: PixelHeader,
  { width, height, components }: Pick<FrameHeader, 'width' | 'height' | 'components'>,
): void {
  if (width !== columns || height !== rows || components !== samples)
    throw new FedshotError(
      'data',
      `${path}: its compressed pixels are ${width} × ${height} × ${components}, and the header says ${columns} × ${rows} × ${samples}`,
    );
}
