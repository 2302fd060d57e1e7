import { writeFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';

/** Elements by `ggggeeee VR`: numbers for US, SS and UL, items for SQ, bytes for OB, OW, and texts. */
export type Elements = Readonly<
  Record<string, string | number | readonly number[] | Uint8Array | readonly Elements[]>
>;

export interface DicomFileOptions {
  /** Transfer syntax behind `1.2.840.10008.1.2`; explicit, little endian by default. */
  readonly syntax?: string;
  /** Whether the pixels are `encapsulated`, so that their element has no length. */
  readonly encapsulated?: boolean;
}

const LONG = ['OB', 'OW', 'SQ', 'UN', 'UT'];
export const EXPLICIT = '.1';
export const BIG_ENDIAN = '.2';
export const DEFLATED = '.1.99';

/** A DICOM file, as bytes (PS3.10): enough of it for what tests need. */
export function dicomBytes(
  elements: Elements,
  { syntax = EXPLICIT, encapsulated: open = false }: DicomFileOptions = {},
): Buffer {
  const meta = dataSet({ '00020010 UI': `1.2.840.10008.1.2${syntax}` }, false);
  const length = dataSet({ '00020000 UL': meta.length }, false);
  const data = dataSet(elements, syntax === BIG_ENDIAN, open);
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM'),
    length,
    meta,
    syntax === DEFLATED ? deflateRawSync(data) : data,
  ]);
}

export function writeDicom(path: string, elements: Elements, options?: DicomFileOptions): string {
  writeFileSync(path, dicomBytes(elements, options));
  return path;
}

function dataSet(elements: Elements, big: boolean, open = false): Buffer {
  const sorted = Object.entries(elements).sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.concat(sorted.map(([key, value]) => element(key, value, big, open)));
}

function element(key: string, value: Elements[string], big: boolean, open: boolean): Buffer {
  const [tag = '', vr = ''] = key.split(' ');
  const bytes = valueBytes(vr, value, big);
  const head = Buffer.alloc(LONG.includes(vr) ? 12 : 8);
  const uint16 = (number: number, at: number) =>
    big ? head.writeUInt16BE(number, at) : head.writeUInt16LE(number, at);
  uint16(parseInt(tag.slice(0, 4), 16), 0);
  uint16(parseInt(tag.slice(4), 16), 2);
  head.write(vr, 4, 'latin1');
  const endless = open && tag === '7fe00010';
  if (!LONG.includes(vr)) uint16(bytes.length, 6);
  else if (big) head.writeUInt32BE(bytes.length, 8);
  else head.writeUInt32LE(endless ? 0xffffffff : bytes.length, 8);
  return Buffer.concat([head, bytes]);
}

function valueBytes(vr: string, value: Elements[string], big: boolean): Buffer {
  if (value instanceof Uint8Array) return padded(Buffer.from(value), 0);
  if (typeof value === 'string') return padded(Buffer.from(value, 'utf8'), vr === 'UI' ? 0 : 32);
  if (vr === 'SQ')
    return Buffer.concat((value as readonly Elements[]).map((one) => item(one, big)));
  const numbers = typeof value === 'number' ? [value] : (value as readonly number[]);
  const size = vr === 'UL' ? 4 : 2;
  const bytes = Buffer.alloc(size * numbers.length);
  numbers.forEach((number, i) => {
    const low = number & (size === 4 ? 0xffffffff : 0xffff);
    if (big) bytes.writeUIntBE(low >>> 0, size * i, size);
    else bytes.writeUIntLE(low >>> 0, size * i, size);
  });
  return bytes;
}

const padded = (bytes: Buffer, by: number): Buffer =>
  bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.from([by])]);

function item(elements: Elements, big: boolean): Buffer {
  const data = dataSet(elements, big);
  const head = Buffer.alloc(8);
  head.writeUInt32LE(big ? 0 : 0xe000fffe, 0);
  if (big) Buffer.from([0xff, 0xfe, 0xe0, 0]).copy(head);
  if (big) head.writeUInt32BE(data.length, 4);
  else head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data]);
}

/** Frames that are compressed, each a fragment, behind an empty table of offsets. */
export function encapsulated(frames: readonly Uint8Array[]): Buffer {
  const head = (tag: number, length: number): Buffer => {
    const bytes = Buffer.alloc(8);
    bytes.writeUInt32LE(tag, 0);
    bytes.writeUInt32LE(length, 4);
    return bytes;
  };
  return Buffer.concat([
    head(0xe000fffe, 0),
    ...frames.flatMap((frame) => {
      const bytes = padded(Buffer.from(frame), 0);
      return [head(0xe000fffe, bytes.length), bytes];
    }),
    head(0xe0ddfffe, 0),
  ]);
}

/** What says how pixels lie; grey, 8 bits, by default. */
export function pixelElements(
  rows: number,
  columns: number,
  pixels: Uint8Array,
  more: Elements = {},
): Elements {
  return {
    '00280002 US': 1,
    '00280004 CS': 'MONOCHROME2',
    '00280010 US': rows,
    '00280011 US': columns,
    '00280100 US': 8,
    '00280101 US': 8,
    '00280102 US': 7,
    '00280103 US': 0,
    '7fe00010 OW': pixels,
    ...more,
  };
}

/** Words of 16 bits as bytes. */
export const words = (values: readonly number[]): Uint8Array =>
  new Uint8Array(Uint16Array.from(values, (value) => value & 0xffff).buffer);

/** What makes a grey picture of 16 bits. */
export const DEEP = { '00280100 US': 16, '00280101 US': 16, '00280102 US': 15 } as const;
