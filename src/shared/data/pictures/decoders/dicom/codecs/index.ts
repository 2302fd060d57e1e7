import { FedshotError } from '../../../../../errors.js';
import { decodeJpegLossless } from './jpeg-lossless.js';
import { jpegLsCodec } from './jpeg-ls.js';
import { decodeJpeg } from './jpeg.js';
import { htj2kCodec, jpeg2000Codec } from './jpeg2000.js';
import { decodeRle } from './rle.js';
import type { FrameCodec } from './types.js';

const jpegLs = jpegLsCodec();
const jpeg2000 = jpeg2000Codec();
const htj2k = htj2kCodec();

/** Transfer syntaxes whose pixels are compressed, behind `1.2.840.10008.1.2.` (PS3.6, annex A). */
const CODECS: Readonly<Record<string, FrameCodec>> = {
  '4.50': decodeJpeg,
  '4.51': decodeJpeg,
  '4.57': decodeJpegLossless,
  '4.70': decodeJpegLossless,
  '4.80': jpegLs,
  '4.81': jpegLs,
  '4.90': jpeg2000,
  '4.91': jpeg2000,
  '4.201': htj2k,
  '4.202': htj2k,
  '4.203': htj2k,
  '5': decodeRle,
};

/** @throws FedshotError `data` for a transfer syntax that is not read */
export function codecOf(syntax: string, path: string): FrameCodec {
  const codec = CODECS[syntax.replace(/^1\.2\.840\.10008\.1\.2\./, '')];
  if (codec) return codec;
  throw new FedshotError(
    'data',
    `${path}: the transfer syntax ${syntax.slice(0, 64)} is not read`,
    {
      hint: 'convert it, for example with dcmconv or gdcmconv --raw',
    },
  );
}
