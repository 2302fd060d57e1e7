import { closeSync, openSync, readSync } from 'node:fs';
import { FedshotError } from '../../../errors.js';

/**
 * What the library does not tell of a dataset, read from its object header: the files outside that
 * hold its values, the layout of its floats, and what a virtual dataset is mapped to (HDF5 File Format
 * Specification, version 3, sections II.A, III.D, III.E, IV.A.1.a, IV.A.2.d, IV.A.2.h and IV.A.2.i).
 */

/** Types of header messages. */
const [DATATYPE, EXTERNAL_FILES, LAYOUT, CONTINUATION] = [0x03, 0x07, 0x08, 0x10];
/** Class of a layout whose values lie in other datasets. */
const VIRTUAL = 3;
const MOST_BLOCKS = 1000;
const SIGNATURE = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');

interface Message {
  type: number;
  flags: number;
  data: Buffer;
}

/**
 * Names of the files outside in which a dataset's values lie.
 *
 * @param reference object reference of the dataset: the address of its header
 * @throws FedshotError `data` for a header that cannot be read
 */
export function externalFiles(path: string, reference: Uint8Array): string[] {
  return withFile(path, (file) => {
    const message = messages(file, reference).find(({ type }) => type === EXTERNAL_FILES);
    if (!message) return [];
    const { data } = message;
    const slots = data.readUInt16LE(6);
    const heap = file.read(address(data, 8, file.offsets), 8 + 2 * file.lengths + file.offsets);
    const names = address(heap, 8 + 2 * file.lengths, file.offsets);
    return Array.from({ length: slots }, (_, i) => {
      const at = address(data, 8 + file.offsets + 3 * i * file.lengths, file.lengths);
      const text = file.read(names + at, 1024, true).toString('utf8');
      return text.slice(0, text.indexOf('\0'));
    });
  });
}

/**
 * Whether floats of two bytes are IEEE halves, with five bits of exponent; bfloat16 has eight.
 * @throws FedshotError `data`
 */
export function isHalf(path: string, reference: Uint8Array): boolean {
  return withFile(path, (file) => {
    const message = messages(file, reference).find(({ type }) => type === DATATYPE);
    const EXPONENT_SIZE = 8 + 5; // class, flags and size, then offset, precision and location
    return message === undefined || (message.flags & 2) !== 0 || message.data[EXPONENT_SIZE] === 5;
  });
}

/**
 * The block of the global heap that says what a virtual dataset is mapped to.
 * @throws FedshotError `data`
 */
export function mappingBlock(
  path: string,
  reference: Uint8Array,
): { block: Buffer; lengths: number } {
  return withFile(path, (file) => {
    const layout = messages(file, reference).find(({ type }) => type === LAYOUT)?.data;
    if (layout?.[1] !== VIRTUAL) throw new RangeError('no virtual layout');
    const heap = address(layout, 2, file.offsets);
    const wanted = layout.readUInt32LE(2 + file.offsets);
    const head = file.read(heap, 8 + file.lengths);
    if (head.toString('latin1', 0, 4) !== 'GCOL') throw new RangeError('no global heap');
    const end = heap + address(head, 8, file.lengths);
    for (let at = heap + head.length; at + 8 + file.lengths <= end;) {
      const object = file.read(at, 8 + file.lengths);
      const [index, size] = [object.readUInt16LE(0), address(object, 8, file.lengths)];
      if (index === wanted)
        return { block: file.read(at + object.length, size), lengths: file.lengths };
      if (index === 0) break; // what is free
      at += object.length + Math.ceil(size / 8) * 8;
    }
    throw new RangeError('no such object of the heap');
  });
}

interface HeaderFile {
  /** Bytes of an address, and of a length. */
  offsets: number;
  lengths: number;
  /** Reads at an address of the format; `short` allows the file to end early. */
  read(at: number, length: number, short?: boolean): Buffer;
}

function withFile<T>(path: string, use: (file: HeaderFile) => T): T {
  const fd = openSync(path, 'r');
  const read = (at: number, length: number, short = false): Buffer => {
    const bytes = Buffer.alloc(length);
    const got = readSync(fd, bytes, 0, length, at);
    if (got < length && !short) throw new RangeError('the file ends early');
    return bytes;
  };
  try {
    const base = superblock(read);
    const head = read(base, 48);
    const old = head[8]! < 2;
    const [offsets, lengths] = old ? [head[13]!, head[14]!] : [head[9]!, head[10]!];
    // Addresses count from the superblock, which may follow a block of somebody else's (MATLAB's).
    return use({ offsets, lengths, read: (at, length, short) => read(base + at, length, short) });
  } catch (cause) {
    if (cause instanceof FedshotError) throw cause;
    throw new FedshotError('data', `${path}: cannot tell where the values lie (damaged header)`, {
      hint: `copy the file anew: h5repack ${path} new.h5`,
      cause,
    });
  } finally {
    closeSync(fd);
  }
}

/** At 0, or at 512, 1024, 2048, … */
function superblock(read: (at: number, length: number, short?: boolean) => Buffer): number {
  for (let at = 0; at < 2 ** 40; at = at === 0 ? 512 : 2 * at)
    if (read(at, 8, true).equals(SIGNATURE)) return at;
  throw new RangeError('no superblock');
}

/** All messages of the object header at an address, of version 1 or 2. */
function messages(file: HeaderFile, reference: Uint8Array): Message[] {
  const at = address(Buffer.from(reference), 0, Math.min(reference.length, 8));
  const head = file.read(at, 64, true);
  const second = head.toString('latin1', 0, 4) === 'OHDR';
  const flags = second ? head[5]! : 0;
  const result: Message[] = [];
  const blocks: [at: number, length: number][] = [];
  if (second) {
    const sizeAt = 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
    const sizeBytes = 1 << (flags & 3);
    blocks.push([at + sizeAt + sizeBytes, address(head, sizeAt, sizeBytes)]);
  } else {
    if (head[0] !== 1) throw new RangeError('no object header');
    blocks.push([at + 16, head.readUInt32LE(8)]);
  }
  for (let next; (next = blocks.pop());) {
    if (result.length > MOST_BLOCKS) throw new RangeError('too many messages');
    for (const message of split(file.read(...next), second, flags)) {
      result.push(message);
      if (message.type !== CONTINUATION) continue;
      const from = address(message.data, 0, file.offsets);
      const length = address(message.data, file.offsets, file.lengths);
      // of version 2: a signature before and a checksum behind
      blocks.push(second ? [from + 4, length - 8] : [from, length]);
    }
  }
  return result;
}

function* split(block: Buffer, second: boolean, flags: number): Generator<Message> {
  const head = second ? (flags & 4 ? 6 : 4) : 8;
  for (let at = 0; at + head <= block.length;) {
    const type = second ? block[at]! : block.readUInt16LE(at);
    const size = block.readUInt16LE(at + (second ? 1 : 2));
    yield {
      type,
      flags: block[at + (second ? 3 : 4)]!,
      data: block.subarray(at + head, at + head + size),
    };
    at += head + size;
  }
}

/** A number of so many bytes. @throws RangeError for one that no file can reach */
export function address(bytes: Buffer, at: number, size: number): number {
  const value = size === 8 ? Number(bytes.readBigUInt64LE(at)) : bytes.readUIntLE(at, size);
  if (!Number.isSafeInteger(value)) throw new RangeError('an address beyond the file');
  return value;
}
