import { FedshotError } from './errors.js';
import { parseStrictJson } from './json.js';

/** Bytes per element. The order is the format library's own: wider first when a file is written. */
const WIDTH = {
  F64: 8,
  I64: 8,
  U64: 8,
  F32: 4,
  I32: 4,
  U32: 4,
  F16: 2,
  BF16: 2,
  I16: 2,
  U16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
} as const;
export type Dtype = keyof typeof WIDTH;

/** The exponent bits of a little-endian float's most significant two bytes: all set in NaN and Inf. */
const EXPONENT: Partial<Record<Dtype, number>> = {
  F64: 0x7ff0,
  F32: 0x7f80,
  F16: 0x7c00,
  BF16: 0x7f80,
};

const LENGTH_BYTES = 8;
const MAX_HEADER = 100_000_000;
const METADATA = '__metadata__';

/** A tensor as the file holds it: little-endian, row-major. */
export interface TensorBytes {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** A view into the file's bytes, not a copy; use {@link float32} to read it as numbers. */
  readonly data: Uint8Array;
}

/** Where a tensor lies in its file: bytes `[begin, end)` counted from the start of the file. */
export interface TensorRange {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  /** In the order of their bytes. */
  readonly tensors: ReadonlyMap<string, TensorRange>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Offset of the first tensor byte. */
  readonly dataStart: number;
}

/** Name → tensor, in the order of their bytes. */
export class Safetensors extends Map<string, TensorBytes & TensorRange> {
  metadata: Readonly<Record<string, string>> = {};
  dataStart = 0;
}

export interface ParseOptions {
  /** Names the file in errors. */
  file?: string;
  /** Refuse NaN and Inf (default true). */
  finite?: boolean;
}

/** Length of the header including its 8-byte prefix, from the first 8 bytes of a file. */
export function safetensorsDataStart(head: Uint8Array, size: number, file = 'safetensors'): number {
  if (head.length < LENGTH_BYTES) throw bad(file, `${head.length} bytes are too few for a header`);
  const view = new DataView(head.buffer, head.byteOffset, LENGTH_BYTES);
  const length = view.getBigUint64(0, true);
  if (length > MAX_HEADER) throw bad(file, `header of ${length.toString()} bytes`);
  if (LENGTH_BYTES + Number(length) > size)
    throw bad(file, `header of ${length.toString()} bytes in a file of ${size}`);
  return LENGTH_BYTES + Number(length);
}

/**
 * Reads and checks the header alone, so that a large file need not be in memory.
 *
 * Refuses whatever the format refuses (header over 100 MB or not starting with `{`, holes, overlaps,
 * sizes that contradict shapes) and beyond it names that occur twice, unknown keys and trailing bytes.
 *
 * @param head at least the file's bytes up to its first tensor
 * @param size length of the whole file in bytes
 * @throws FedshotError `format`
 */
export function parseSafetensorsHeader(
  head: Uint8Array,
  size: number,
  file = 'safetensors',
): SafetensorsHeader {
  const dataStart = safetensorsDataStart(head, size, file);
  const json = head.subarray(LENGTH_BYTES, dataStart);
  if (json[0] !== 0x7b) throw bad(file, 'the header does not start with {');
  const { [METADATA]: metadata, ...entries } = parseStrictJson(json, file) as Entries;

  const tensors = Object.entries(entries).map(([name, entry]) => range(file, name, entry));
  tensors.sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const [name, { begin, end }] of tensors) {
    if (begin !== at)
      throw bad(file, `${quote(name)} ${begin < at ? 'overlaps another tensor' : 'leaves a hole'}`);
    at = end;
  }
  if (at !== size - dataStart)
    throw bad(file, `${size - dataStart} bytes of tensors where the header declares ${at}`);
  return {
    tensors: new Map(
      tensors.map(([name, t]) => [
        name,
        { ...t, begin: t.begin + dataStart, end: t.end + dataStart },
      ]),
    ),
    metadata: metadata === undefined ? {} : strings(file, metadata),
    dataStart,
  };
}

/**
 * Reads a safetensors file; see {@link parseSafetensorsHeader} for what is refused.
 *
 * @returns tensors whose `data` are views into `bytes`
 * @throws FedshotError `format`; `data` for NaN or Inf
 */
export function parseSafetensors(bytes: Uint8Array, options: ParseOptions = {}): Safetensors {
  const { file = 'safetensors', finite = true } = options;
  const header = parseSafetensorsHeader(bytes, bytes.length, file);
  const result = new Safetensors();
  result.metadata = header.metadata;
  result.dataStart = header.dataStart;
  for (const [name, tensor] of header.tensors) {
    const data = bytes.subarray(tensor.begin, tensor.end);
    if (finite) assertFinite(data, tensor.dtype, `${file}: ${quote(name)}`);
    result.set(name, { ...tensor, data });
  }
  return result;
}

/**
 * Writes tensors byte for byte as the format's own library does: wider types first, then by name,
 * compact JSON, padded with spaces to a multiple of 8. The same tensors always give the same bytes.
 *
 * @throws FedshotError `format` when a tensor's bytes contradict its dtype and shape
 */
export function serializeSafetensors(
  tensors: Iterable<readonly [string, TensorBytes]>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const sorted = [...tensors].sort(
    ([a, x], [b, y]) =>
      WIDTH[y.dtype] - WIDTH[x.dtype] || Buffer.compare(Buffer.from(a), Buffer.from(b)),
  );
  const members: [string, unknown][] = [];
  const keys = Object.keys(metadata).sort();
  if (keys.length > 0)
    members.push([METADATA, Object.fromEntries(keys.map((key) => [key, metadata[key]]))]);
  let size = 0;
  for (const [name, { dtype, shape, data }] of sorted) {
    members.push([name, { dtype, shape: [...shape], data_offsets: [size, size + data.length] }]);
    size += data.length;
  }
  // Written member by member: an object would move names that look like integers to the front.
  const json = members.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  const header = Buffer.from(`{${json.join(',')}}`);
  const padded = Math.ceil(header.length / 8) * 8;
  const bytes = new Uint8Array(LENGTH_BYTES + padded + size).fill(
    0x20,
    LENGTH_BYTES,
    LENGTH_BYTES + padded,
  );
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(header, LENGTH_BYTES);
  let at = LENGTH_BYTES + padded;
  for (const [, { data }] of sorted) {
    bytes.set(data, at);
    at += data.length;
  }
  parseSafetensorsHeader(bytes, bytes.length, 'tensors');
  return bytes;
}

/** The numbers of an F32 tensor: a view where its bytes are aligned, else a copy. @throws FedshotError `format` */
export function float32(tensor: TensorBytes, name = 'tensor'): Float32Array {
  if (tensor.dtype !== 'F32')
    throw new FedshotError('format', `${quote(name)} is ${tensor.dtype} where F32 is expected`);
  const { data } = tensor;
  // not data.slice(): that of a Buffer is a view, as little aligned as before
  const aligned = data.byteOffset % 4 === 0 ? data : new Uint8Array(data);
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
}

/**
 * Refuses NaN and Inf.
 *
 * @param data whole little-endian elements
 * @throws FedshotError `data`
 */
export function assertFinite(data: Uint8Array, dtype: Dtype, what: string): void {
  const exponent = EXPONENT[dtype];
  if (exponent === undefined) return;
  const width = WIDTH[dtype];
  for (let i = width - 2; i < data.length; i += width)
    if (((data[i]! | (data[i + 1]! << 8)) & exponent) === exponent)
      throw new FedshotError(
        'data',
        `${what}: element ${(i + 2 - width) / width} is NaN or infinite`,
      );
}

type Entries = Record<string, unknown>;

function range(file: string, name: string, entry: unknown): [string, TensorRange] {
  const at = quote(name);
  if (!isObject(entry)) throw bad(file, `${at} is not an object`);
  const { dtype, shape, data_offsets: offsets, ...rest } = entry;
  for (const key of Object.keys(rest)) throw bad(file, `${at} has an unknown key ${quote(key)}`);
  if (typeof dtype !== 'string' || !Object.hasOwn(WIDTH, dtype))
    throw bad(file, `${at} has no dtype that is supported`);
  if (!isIntegers(shape)) throw bad(file, `${at} has no shape`);
  if (!isIntegers(offsets) || offsets.length !== 2)
    throw bad(file, `${at} has no pair of data_offsets`);
  const [begin, end] = offsets as [number, number];
  const product = (sizes: number[]): number => sizes.reduce((a, b) => a * b, 1);
  const size = product(shape) * WIDTH[dtype as Dtype];
  const bound = product(shape.map((n) => n || 1)) * WIDTH[dtype as Dtype]; // 2**60 * 0 is refused
  if (!Number.isSafeInteger(bound) || end - begin !== size)
    throw bad(
      file,
      `${at} is ${dtype}[${shape.join(',')}] in ${end - begin} bytes at ${begin}..${end}`,
    );
  return [name, { dtype: dtype as Dtype, shape, begin, end }];
}

function strings(file: string, metadata: unknown): Record<string, string> {
  if (!isObject(metadata) || Object.values(metadata).some((value) => typeof value !== 'string'))
    throw bad(file, `${METADATA} is not a map of strings`);
  return metadata as Record<string, string>;
}

const isObject = (value: unknown): value is Entries =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
// Strict JSON has already refused every number but non-negative safe integers.
const isIntegers = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((n) => typeof n === 'number');
const quote = (name: string): string => JSON.stringify(name.slice(0, 100));
const bad = (file: string, why: string): FedshotError =>
  new FedshotError('format', `${file}: ${why}`);
