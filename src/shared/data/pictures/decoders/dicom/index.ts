/**
 * DICOM, one frame at a time: what a viewer would show, in 8 bits. Grey values go through the modality's
 * rescaling and the window, MONOCHROME1 is turned over, colours become RGB.
 */
import { FedshotError } from '../../../../errors.js';
import type { Picture, PictureRef } from '../../types.js';
import { codecOf } from './codecs/index.js';
import { nativeFrame } from './codecs/native.js';
import type { Words } from './codecs/types.js';
import { paletteLevels, ybrToRgb } from './colour.js';
import { withDicom, type DicomFile } from './file.js';
import { encapsulatedFrame } from './frames.js';
import { pixelHeader, type PixelHeader } from './header.js';
import { colourLevels, monochromeLevels } from './levels.js';
import { rulesOf } from './rules.js';

/**
 * Decodes a frame. Options: `window`, `full` or `CENTRE,WIDTH`, in place of what the file says.
 * @throws FedshotError `not-found`, `io`, `limit`, `data`
 */
export async function decodeDicom({ path, frame = 0, options }: PictureRef): Promise<Picture> {
  const { bytes, header, pixels, syntax } = withDicom(path, (file) => frameOf(file, frame));
  const words = 'data' in bytes ? bytes : await codecOf(syntax, path)(bytes.packed, pixels);
  const { rows: height, columns: width, photometric, samples } = pixels;
  if (words.data.length < width * height * samples)
    throw new FedshotError('data', `${path}: its pixels end in the middle`);
  const size = { width, height };
  if (samples === 3) {
    const levels = colourLevels(words, pixels);
    const ybr = words.colour === 'ybr' || (!words.colour && photometric.startsWith('YBR_FULL'));
    return { ...size, channels: 3, data: ybr ? ybrToRgb(levels) : levels };
  }
  if (photometric === 'PALETTE COLOR')
    return { ...size, channels: 3, data: paletteLevels(words, header, pixels) };
  const window = options?.['window'];
  const rules = rulesOf(header, pixels, frame, window === undefined ? undefined : String(window));
  return { ...size, channels: 1, data: monochromeLevels(words, pixels, rules) };
}

type FrameBytes = Words | { readonly packed: Uint8Array };

/** Reads what a frame needs of its file. */
function frameOf(
  file: DicomFile,
  frame: number,
): { bytes: FrameBytes; header: DicomFile['header']; pixels: PixelHeader; syntax: string } {
  const pixels = pixelHeader(file);
  if (!pixels) throw new FedshotError('data', `${file.path}: holds no pixels`);
  if (frame >= pixels.frames)
    throw new FedshotError(
      'data',
      `${file.path}: has ${pixels.frames} frames, and no ${frame + 1}`,
    );
  const bytes =
    pixels.length === undefined
      ? { packed: encapsulatedFrame(file, pixels, frame) }
      : nativeFrame(file, pixels, frame);
  return { bytes, header: file.header, pixels, syntax: file.syntax };
}
