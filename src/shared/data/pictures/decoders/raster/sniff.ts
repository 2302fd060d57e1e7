/** Formats of single pictures that are read. */
export type RasterFormat = 'jpeg' | 'png' | 'webp' | 'tiff' | 'gif' | 'bmp';

/** What files begin with. A dot stands for any byte. */
const BEGINNINGS: readonly (readonly [RasterFormat, RegExp])[] = [
  ['jpeg', /^\xff\xd8\xff/],
  ['png', /^\x89PNG\r\n\x1a\n/],
  ['webp', /^RIFF[^]{4}WEBP/],
  ['tiff', /^(?:II[*+]\0|MM\0[*+])/],
  ['gif', /^GIF8[79]a/],
  // the size of the second header tells it from a text that begins with "BM"
  ['bmp', /^BM[^]{12}[\x0c\x28\x34\x38\x6c\x7c]\0\0\0/],
];

/** How many bytes {@link formatOf} looks at. */
export const BEGINNING = 18;

/** The format that the bytes are in, whatever the file is called; undefined for none of ours. */
export function formatOf(bytes: Uint8Array): RasterFormat | undefined {
  const begin = String.fromCharCode(...bytes.subarray(0, BEGINNING));
  return BEGINNINGS.find(([, pattern]) => pattern.test(begin))?.[0];
}
