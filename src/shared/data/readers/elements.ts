/** A type of numbers as files store them. `bf` is bfloat16, the upper half of a float32. */
export interface ElementType {
  readonly kind: 'int' | 'uint' | 'float' | 'bf' | 'bool';
  /** Bytes of an element. */
  readonly size: number;
  readonly littleEndian: boolean;
}

/** Whether {@link decodeElements} reads it. */
export const isReadable = ({ kind, size }: ElementType): boolean => SIZES[kind].includes(size);

const SIZES: Readonly<Record<ElementType['kind'], readonly number[]>> = {
  int: [1, 2, 4, 8],
  uint: [1, 2, 4, 8],
  float: [2, 4, 8],
  bf: [2],
  bool: [1],
};

/** What a reader calls a type in a message: `float16`, `uint8`. */
export const elementName = ({ kind, size }: ElementType): string =>
  kind === 'bool' ? 'bool' : `${kind === 'bf' ? 'bfloat' : kind}${8 * size}`;

/**
 * The grey level that means white where nobody says otherwise: 1 for floats and booleans, the
 * largest value of bytes and of unsigned 16 bits, and 255 for wider integers, which hold bytes mostly.
 */
export function whiteOf({ kind, size }: ElementType): number {
  if (kind === 'float' || kind === 'bf' || kind === 'bool') return 1;
  if (size === 1) return kind === 'int' ? 127 : 255;
  return kind === 'uint' && size === 2 ? 65535 : 255;
}

/**
 * Decodes whole elements, whatever their byte order and alignment.
 *
 * @param bytes `count × size` bytes
 * @returns `count` numbers; integers of 64 bits are rounded to the nearest double
 */
export function decodeElements(
  bytes: Uint8Array,
  type: ElementType,
): Float64Array | Float32Array | Uint8Array {
  const { kind, size, littleEndian: little } = type;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = bytes.byteLength / size;
  if (size === 1 && kind !== 'int') return bytes;
  const result =
    (kind === 'float' && size === 8) || size === 8 || (size === 4 && kind !== 'float')
      ? new Float64Array(count)
      : new Float32Array(count); // exact for all of at most 16 bits
  const read = readerOf(type);
  for (let i = 0; i < count; i++) result[i] = read(view, i * size, little);
  return result;
}

type Read = (view: DataView, at: number, little: boolean) => number;

function readerOf({ kind, size }: ElementType): Read {
  if (kind === 'bf') return (view, at, little) => upperHalf(view.getUint16(at, little));
  if (kind === 'float')
    return {
      2: (view: DataView, at: number, little: boolean) => half(view.getUint16(at, little)),
      4: (view: DataView, at: number, little: boolean) => view.getFloat32(at, little),
      8: (view: DataView, at: number, little: boolean) => view.getFloat64(at, little),
    }[size] as Read;
  if (size === 1) return (view, at) => view.getInt8(at);
  if (size === 2)
    return (view, at, little) =>
      kind === 'int' ? view.getInt16(at, little) : view.getUint16(at, little);
  if (size === 4)
    return (view, at, little) =>
      kind === 'int' ? view.getInt32(at, little) : view.getUint32(at, little);
  return (view, at, little) =>
    Number(kind === 'int' ? view.getBigInt64(at, little) : view.getBigUint64(at, little));
}

/** IEEE 754 binary16: sign, five bits of exponent (bias 15), ten of fraction. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const scratch = new DataView(new ArrayBuffer(4));
function upperHalf(bits: number): number {
  scratch.setUint16(0, bits);
  return scratch.getFloat32(0);
}
