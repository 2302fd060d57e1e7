import { isUint8Array } from 'node:util/types';
import { byteLength, type Dtype, DTYPE_BITS, rankOf } from './dtypes.js';
import { FedshotError } from '../errors.js';
import { parseStrictJson, quoted } from '../json.js';

const LENGTH_BYTES = 8;
const MAX_HEADER = 100_000_000;
const METADATA = '__metadata__';

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

/** Length of the header including its 8-byte prefix, from the first 8 bytes of a file. */
export function safetensorsDataStart(head: Uint8Array, size: number, file = 'safetensors'): number {
  if (!isUint8Array(head)) throw bad(file, 'not bytes: a Uint8Array is expected');
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
      throw bad(
        file,
        `${quoted(name)} ${begin < at ? 'overlaps another tensor' : 'leaves a hole'}`,
      );
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
 * Writes the header of a file of these tensors as the format's own library does: by type ({@link rankOf}),
 * then by name, compact JSON, padded with spaces to a multiple of 8.
 *
 * @returns the bytes before the first tensor, and the names in the order in which their bytes follow
 */
export function serializeSafetensorsHeader(
  tensors: Iterable<readonly [string, Pick<TensorRange, 'dtype' | 'shape'>]>,
  metadata: Readonly<Record<string, string>> = {},
): { bytes: Uint8Array; order: string[] } {
  const sorted = [...tensors].sort(
    ([a, x], [b, y]) =>
      rankOf(x.dtype) - rankOf(y.dtype) || Buffer.compare(Buffer.from(a), Buffer.from(b)),
  );
  const members: [string, unknown][] = [];
  const keys = Object.keys(metadata).sort();
  if (keys.length > 0)
    members.push([METADATA, Object.fromEntries(keys.map((key) => [key, metadata[key]]))]);
  let at = 0;
  for (const [name, { dtype, shape }] of sorted) {
    const end = at + byteLength(dtype, shape);
    members.push([name, { dtype, shape: [...shape], data_offsets: [at, end] }]);
    at = end;
  }
  // Written member by member: an object would move names that look like integers to the front.
  const json = members.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  const header = Buffer.from(`{${json.join(',')}}`);
  const padded = Math.ceil(header.length / 8) * 8;
  const bytes = Buffer.alloc(LENGTH_BYTES + padded, ' ');
  bytes.writeBigUInt64LE(BigInt(padded));
  header.copy(bytes, LENGTH_BYTES);
  return { bytes, order: sorted.map(([name]) => name) };
}

type Entries = Record<string, unknown>;

function range(file: string, name: string, entry: unknown): [string, TensorRange] {
  const at = quoted(name);
  if (!isObject(entry)) throw bad(file, `${at} is not an object`);
  const { dtype, shape, data_offsets: offsets, ...rest } = entry;
  for (const key of Object.keys(rest)) throw bad(file, `${at} has an unknown key ${quoted(key)}`);
  if (typeof dtype !== 'string' || !Object.hasOwn(DTYPE_BITS, dtype))
    throw bad(file, `${at} has no dtype that is supported`);
  if (!isIntegers(shape)) throw bad(file, `${at} has no shape`);
  if (!isIntegers(offsets) || offsets.length !== 2)
    throw bad(file, `${at} has no pair of data_offsets`);
  const [begin, end] = offsets as [number, number];
  const size = byteLength(dtype as Dtype, shape);
  const bound = shape.reduce((a, b) => a * (b || 1), DTYPE_BITS[dtype as Dtype]); // 2**60 * 0 is refused
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
const bad = (file: string, why: string): FedshotError =>
  new FedshotError('format', `${file}: ${why}`);
