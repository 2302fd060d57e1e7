/** Formats of single pictures that are read. */
export type RasterFormat = 'jpeg' | 'png' | 'webp' | 'tiff' | 'gif' | 'bmp';

/** What files begin with, at the places where it stands. */
const BEGINNINGS: readonly (readonly [RasterFormat, ...(readonly [at: number, text: string])[]])[] =
  [
    ['jpeg', [0, '\xff\xd8\xff']],
    ['png', [0, '\x89PNG\r\n\x1a\n']],
    ['webp', [0, 'RIFF'], [8, 'WEBP']],
    ['tiff', [0, 'II*\0']],
    ['tiff', [0, 'II+\0']],
    ['tiff', [0, 'MM\0*']],
    ['tiff', [0, 'MM\0+']],
    ['gif', [0, 'GIF87a']],
    ['gif', [0, 'GIF89a']],
    // the size of the second header, of 12 to 124 bytes, tells it from a text that begins so
    ['bmp', [0, 'BM'], [15, '\0\0\0']],
  ];

/** How many bytes {@link formatOf} looks at. */
export const BEGINNING = 18;

/** The format that the bytes are in, whatever the file is called; undefined for none of ours. */
export function formatOf(bytes: Uint8Array): RasterFormat | undefined {
  const begin = String.fromCharCode(...bytes.subarray(0, BEGINNING));
  return BEGINNINGS.find(([, ...pieces]) =>
    pieces.every(([at, text]) => begin.startsWith(text, at)),
  )?.[0];
}
