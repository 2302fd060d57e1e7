import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import dicomParser, { type ByteArrayParser, type DataSet } from 'dicom-parser';
import { asFedshotError, FedshotError } from '../../../../errors.js';
import { MOST_BYTES } from '../limits.js';

/** A DICOM file whose header has been read; its pixels are still on the disk. */
export interface DicomFile {
  readonly path: string;
  /** What stands before the pixels. */
  readonly header: DataSet;
  /** The transfer syntax, a UID. */
  readonly syntax: string;
  /** Bytes of the file; inflated, where its data set is deflated. */
  readonly size: number;
  /** @throws FedshotError `data` where the file ends before, `io` */
  read(at: number, length: number): Buffer;
}

export const PIXEL_DATA = 'x7fe00010';
/** Explicit VR big endian. */
export const BIG_ENDIAN = '1.2.840.10008.1.2.2';
const DEFLATED = '1.2.840.10008.1.2.1.99';
/** Read first; headers that are larger are read again, with four times as much. */
const FIRST_BYTES = 16 * 1024;
/** Headers of multi-frame files have a group for each frame; more than this none has. */
const MOST_HEADER = 64 * 2 ** 20;
/** Where the letters DICM stand. */
const MAGIC_AT = 128;

/** Whether a file begins as Part 10 of the standard says. False for what cannot be read. */
export function isDicom(path: string): boolean {
  try {
    return withFile(path, (fd) => hasMagic(readUpTo(fd, 0, MAGIC_AT + 4)));
  } catch {
    return false; // named among the files that are left out
  }
}

const hasMagic = (bytes: Buffer): boolean =>
  bytes.toString('latin1', MAGIC_AT, MAGIC_AT + 4) === 'DICM';

/**
 * Reads a file's header up to its pixels, and hands it on; the file is closed afterwards.
 *
 * @throws FedshotError `not-found`, `io`, `data` for what is no DICOM file or is damaged, `limit`; besides,
 *   what `use` throws
 */
export function withDicom<T>(path: string, use: (file: DicomFile) => T): T {
  return withFile(path, (fd, size) => {
    for (let most = FIRST_BYTES; ; most *= 4) {
      const bytes = readUpTo(fd, 0, Math.min(most, size));
      if (!hasMagic(bytes))
        throw bad(path, 'is no DICOM file', 'read are files as Part 10 of DICOM says');
      const whole = bytes.length === size;
      const parsed = parse(path, bytes, whole);
      if (parsed === 'more' && most < MOST_HEADER) continue;
      if (parsed === 'more')
        throw new FedshotError(
          'limit',
          `${path}: more than ${MOST_HEADER} bytes before its pixels`,
        );
      if (parsed === 'deflated') return use(inflated(path, readAll(path, fd, size)));
      const read = (at: number, length: number): Buffer =>
        complete(path, readUpTo(fd, at, Math.min(length, Math.max(0, size - at))), length);
      return use({ path, header: parsed, syntax: syntaxOf(parsed), size, read });
    }
  });
}

/** The header, or what it takes to read it. @throws FedshotError `data` */
function parse(path: string, bytes: Buffer, whole: boolean): DataSet | 'more' | 'deflated' {
  try {
    const meta = metaOf(bytes);
    if (meta.syntax === DEFLATED) return 'deflated';
    const header = dataSetOf(bytes, meta);
    // a sequence without a length may end with the bytes, and the parser takes that for its end
    return whole || header.elements[PIXEL_DATA] ? header : 'more';
  } catch (error) {
    if (whole) throw damaged(path, error);
    return 'more';
  }
}

/** The first group, and where it ends. */
interface Meta {
  readonly group: DataSet;
  readonly syntax: string;
  readonly end: number;
}

function metaOf(bytes: Buffer): Meta {
  // the library's types know no position
  const group = dicomParser.readPart10Header(bytes) as DataSet & { position: number };
  const syntax = group.string('x00020010');
  if (!syntax) throw new Error('it names no transfer syntax');
  return { group, syntax, end: group.position };
}

/** What follows the first group, up to the pixels. */
function dataSetOf(bytes: Buffer, { group, syntax, end }: Meta): DataSet {
  const parser =
    syntax === BIG_ENDIAN
      ? dicomParser.bigEndianByteArrayParser
      : dicomParser.littleEndianByteArrayParser;
  // as pydicom: some writers say explicit and write implicit
  const explicit = /^[A-Z]{2}$/.test(bytes.toString('latin1', end + 4, end + 6));
  const elements = { ...group.elements };
  const data = new DataSetOf(parser, bytes, elements);
  const stream = new dicomParser.ByteStream(parser, bytes, end);
  const options = { untilTag: PIXEL_DATA };
  if (explicit) dicomParser.parseDicomDataSetExplicit(data, stream, bytes.length, options);
  else dicomParser.parseDicomDataSetImplicit(data, stream, bytes.length, options);
  return data;
}

/** The library exports the class, and its types only what it looks like. */
const DataSetOf = (
  dicomParser as unknown as {
    DataSet: new (
      parser: ByteArrayParser,
      bytes: Uint8Array,
      elements: DataSet['elements'],
    ) => DataSet;
  }
).DataSet;

function readAll(path: string, fd: number, size: number): Buffer {
  if (size > MOST_BYTES)
    throw new FedshotError('limit', `${path}: ${size} bytes; at most ${MOST_BYTES} are read`);
  return readUpTo(fd, 0, size);
}

/** A file whose data set is deflated, all but its first group. @throws FedshotError `limit`, `data` */
function inflated(path: string, bytes: Buffer): DicomFile {
  try {
    const meta = metaOf(bytes);
    const rest = inflateRawSync(bytes.subarray(meta.end), { maxOutputLength: MOST_BYTES });
    const all = Buffer.concat([bytes.subarray(0, meta.end), rest]);
    const read = (at: number, length: number): Buffer =>
      complete(path, all.subarray(at, at + length), length);
    return { path, header: dataSetOf(all, meta), syntax: DEFLATED, size: all.length, read };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new FedshotError('limit', `${path}: unpacks to more than ${MOST_BYTES} bytes`);
    throw damaged(path, error);
  }
}

function complete(path: string, bytes: Buffer, length: number): Buffer {
  if (bytes.length < length)
    throw bad(
      path,
      `ends in the middle: ${bytes.length} of ${length} bytes of pixels are there`,
      'copy it again, or leave it out',
    );
  return bytes;
}

const syntaxOf = (header: DataSet): string => header.string('x00020010') ?? '';

/** What the parser throws is a text or an error. */
function damaged(path: string, error: unknown): Error {
  if (error instanceof FedshotError) return error;
  const said = error instanceof Error ? error.message : typeof error === 'string' ? error : '';
  const why = said.replace(/^dicomParser[.:]\w+:\s*/, '').slice(0, 100);
  return new FedshotError('data', `${path}: its header is damaged${why && ` (${why})`}`, {
    hint: 'copy it again, or leave it out',
    cause: error,
  });
}

function withFile<T>(path: string, use: (fd: number, size: number) => T): T {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK); // a pipe would wait
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new FedshotError('not-found', `no such file: ${path}`, { cause: error });
    throw asFedshotError(error, 'io', `cannot read ${path}`);
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw bad(path, 'is no regular file');
    return use(fd, stat.size);
  } catch (error) {
    throw asFedshotError(error, 'io', `cannot read ${path}`);
  } finally {
    closeSync(fd);
  }
}

function readUpTo(fd: number, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const got = readSync(fd, bytes, done, length - done, at + done);
    if (got === 0) break;
    done += got;
  }
  return bytes.subarray(0, done);
}

const bad = (path: string, why: string, hint?: string): FedshotError =>
  new FedshotError('data', `${path}: ${why}`, { hint });
