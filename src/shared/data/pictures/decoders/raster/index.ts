/**
 * Photographs and scans: JPEG, PNG, WebP, TIFF and GIF by libvips, BMP by our own lines. What comes out is
 * what Pillow makes of a file with `ImageOps.exif_transpose` and `convert("RGB")` (grey stays one channel):
 * turned as EXIF says, without alpha, colours as they are stored, since a profile of one camera and not of
 * another would be one more difference between sites.
 */
import type { Sharp, SharpOptions } from 'sharp';
import { FedshotError } from '../../../../errors.js';
import { readBytes } from '../../../../files.js';
import type { Picture, PictureRef } from '../../types.js';
import { checkSize, MOST_BYTES, MOST_PIXELS } from '../limits.js';
import { decodeBmp } from './bmp.js';
import { jpegHeader } from './jpeg-header.js';
import { cmykToRgb, to8Bit } from './levels.js';
import { sharp } from './sharp.js';
import { formatOf } from './sniff.js';

/**
 * Decodes one picture. The content decides what it is, not its name.
 *
 * @throws FedshotError `not-found`, `io`, `limit`, `data`
 */
export async function decodeRaster({ path, frame }: PictureRef): Promise<Picture> {
  const bytes = readBytes(path, MOST_BYTES);
  if (bytes.length === 0) throw bad(path, 'is empty');
  const format = formatOf(bytes);
  if (!format) throw bad(path, 'is no picture', 'read are JPEG, PNG, WebP, TIFF, GIF and BMP');
  if (format === 'bmp') return decodeBmp(bytes, path);
  const options: SharpOptions = {
    // what ends in the middle or fails its checksums is refused; what Pillow only warns of is not
    failOn: 'error',
    limitInputPixels: MOST_PIXELS,
    ignoreIcc: true,
    page: frame ?? 0,
  };
  try {
    const jpeg = format === 'jpeg' ? jpegHeader(bytes) : undefined;
    if (jpeg) checkSize(path, jpeg.width, jpeg.height);
    const space =
      JPEG_SPACES[jpeg?.components ?? 0] ?? (await spaceOf(bytes, options, path, frame));
    return await pixelsOf(sharp(bytes, options).autoOrient(), space);
  } catch (error) {
    throw refused(path, error);
  }
}

/** What libvips is asked for, so that nothing is converted which Pillow does not convert, or otherwise. */
type Space = 'srgb' | 'b-w' | 'cmyk' | 'grey16';
const JPEG_SPACES: Readonly<Record<number, Space>> = { 1: 'b-w', 3: 'srgb', 4: 'cmyk' };

/** Looks at the header alone. @throws FedshotError `data`, `limit` */
async function spaceOf(
  bytes: Buffer,
  options: SharpOptions,
  path: string,
  frame: number | undefined,
): Promise<Space> {
  // the limit is ours to say here: libvips names no size
  const header = await sharp(bytes, { ...options, limitInputPixels: false }).metadata();
  const { width, height, space, depth, pages = 1 } = header;
  checkSize(path, width, height);
  if (frame === undefined && pages > 1)
    throw bad(path, `holds ${pages} frames`, 'save the one that is meant as a file of its own');
  if (depth !== 'uchar' && depth !== 'ushort')
    throw bad(path, `holds pixels of type ${depth}`, 'save it with 8 or 16 bits');
  if (space === 'grey16' || space === 'b-w') return depth === 'ushort' ? 'grey16' : 'b-w';
  if (space === 'cmyk') return 'cmyk';
  if (['srgb', 'rgb', 'rgb16', 'lab', 'labs'].includes(space)) return 'srgb';
  throw bad(path, `holds colours of the kind "${space}"`, 'save it as RGB or grey');
}

async function pixelsOf(image: Sharp, space: Space): Promise<Picture> {
  const wanted =
    space === 'cmyk'
      ? image.pipelineColourspace('cmyk').toColourspace('cmyk')
      : image.removeAlpha().toColourspace(space);
  const { data, info } = await (
    space === 'grey16' ? wanted.raw({ depth: 'ushort' }) : wanted.raw()
  ).toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (space === 'cmyk' && channels === 4)
    return { width, height, channels: 3, data: cmykToRgb(data) };
  if (space === 'grey16') {
    const levels = new Uint16Array(data.buffer, data.byteOffset, width * height);
    return { width, height, channels: 1, data: to8Bit(levels) };
  }
  if (channels !== 1 && channels !== 3) throw new Error(`${channels} channels`);
  const plain = new Uint8Array(data.buffer, data.byteOffset, data.length);
  return { width, height, channels, data: plain };
}

/** What libvips says, in one line. */
function refused(path: string, error: unknown): Error {
  if (error instanceof FedshotError) return error;
  const said = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
  const why = said.replace(/^Vips\w+: /, '').slice(0, 120);
  return new FedshotError('data', `${path}: ends in the middle or is damaged (${why})`, {
    hint: 'copy it again, or leave it out',
    cause: error,
  });
}

const bad = (path: string, why: string, hint?: string): FedshotError =>
  new FedshotError('data', `${path}: ${why}`, { hint });
