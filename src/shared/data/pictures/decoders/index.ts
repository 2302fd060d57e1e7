import { FedshotError } from '../../../errors.js';
import type { Picture, PictureRef } from '../types.js';

/**
 * Makes a picture of what a reference names.
 *
 * @throws FedshotError `not-found`, `io`, `limit` for what is too large, and `data` for what is none or is
 *   damaged; each names the file
 */
export type Decoder = (ref: PictureRef) => Promise<Picture>;

/** Decoders by name. Each is loaded by the first picture that needs it: their libraries are large. */
const DECODERS: Readonly<Record<string, () => Promise<Decoder>>> = {
  raster: once(async () => (await import('./raster/index.js')).decodeRaster),
  dicom: once(async () => (await import('./dicom/index.js')).decodeDicom),
  nifti: once(async () => (await import('./nifti/index.js')).decodeNifti),
};

/** Asks once: looking for a module that is there already takes a good part of the time that decoding does. */
function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return () => (loaded ??= load());
}

/** Decodes with the decoder that the reference names. @throws FedshotError as {@link Decoder} does */
export async function decode(ref: PictureRef): Promise<Picture> {
  const load = DECODERS[ref.decoder];
  if (!load) throw new FedshotError('internal', `no decoder "${ref.decoder}"`);
  return (await load())(ref);
}
