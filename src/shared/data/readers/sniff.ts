/** Formats by how their files begin, and the reader for each, if there is one. */
const KINDS: readonly (readonly [what: string, begins: string, reader?: string, at?: number])[] = [
  ['HDF5', '89 48 44 46 0d 0a 1a 0a', 'hdf5'],
  ['a NumPy array', '93 4e 55 4d 50 59', 'npy'],
  ['a zip archive (npz, xlsx or docx)', '50 4b 03 04', 'npz'],
  ['an empty zip archive', '50 4b 05 06'],
  ['gzip', '1f 8b'],
  ['bzip2', '42 5a 68'],
  ['xz', 'fd 37 7a 58 5a 00'],
  ['zstd', '28 b5 2f fd'],
  ['a PNG picture', '89 50 4e 47'],
  ['a JPEG picture', 'ff d8 ff'],
  ['a TIFF picture', '49 49 2a 00'],
  ['a TIFF picture', '4d 4d 00 2a'],
  ['DICOM', '44 49 43 4d', undefined, 128],
  ['NIfTI', '6e 2b 31 00', undefined, 344],
  ['a PDF document', '25 50 44 46'],
  ['Parquet', '50 41 52 31'],
  ['Arrow', '41 52 52 4f 57 31'],
  ['Feather', '46 45 41 31'],
  ['an old Excel file', 'd0 cf 11 e0'],
  ['a MATLAB file before version 7.3', '4d 41 54 4c 41 42 20 35'],
  ['SQLite', '53 51 4c 69 74 65'],
  ['a Python pickle', '80 02'],
  ['a Python pickle', '80 03'],
  ['a Python pickle', '80 04'],
  ['a Python pickle', '80 05'],
  ['a picture in PGM or PPM', '50 35 0a'],
  ['a picture in PGM or PPM', '50 36 0a'],
  ['IDX', '00 00 08', 'idx'],
];

/**
 * What a file is by its first bytes, for a message: `it is a PNG picture`.
 *
 * @param reader the one that could not read it; another one that can is named
 * @returns undefined where the bytes say nothing
 */
export function sniff(bytes: Uint8Array, reader: string): string | undefined {
  if (bytes.length === 0) return 'the file is empty';
  const found = KINDS.find(([, begins, , at = 0]) =>
    begins.split(' ').every((byte, i) => bytes[at + i] === parseInt(byte, 16)),
  );
  if (!found) {
    const begins = Buffer.from(bytes.subarray(0, 200)).toString('utf8');
    if (/^\s*<(?:!doctype html|html|\?xml)/i.test(begins))
      return 'it is a web page or XML, perhaps of a download that failed';
    if (reader !== 'csv' && /^version https:\/\/git-lfs/.test(begins))
      return 'it is a pointer of Git LFS: fetch the file itself with git lfs pull';
    const table = isText(begins) && /[,;\t].*\n/.test(begins);
    return reader !== 'csv' && table ? 'it looks like a table: read it with csv:FILE' : undefined;
  }
  const [what, , other] = found;
  return `it is ${what}${other && other !== reader ? `: read it with ${other}:FILE` : ''}`;
}

/** No control characters but tabs and ends of lines. */
const isText = (text: string): boolean =>
  Array.from(text).every((character) => character >= ' ' || '\t\n\r'.includes(character));
