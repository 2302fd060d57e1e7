/**
 * Bits per element of every type that a safetensors file can hold. The order is that in which the
 * format's own library writes tensors: Python's safetensors 0.8 sorts by it, then by name.
 */
export const DTYPE_BITS = {
  U64: 64,
  I64: 64,
  F64: 64,
  C64: 64,
  F32: 32,
  U32: 32,
  I32: 32,
  BF16: 16,
  F16: 16,
  U16: 16,
  I16: 16,
  F8_E5M2FNUZ: 8,
  F8_E4M3FNUZ: 8,
  F8_E8M0: 8,
  F8_E4M3: 8,
  F8_E5M2: 8,
  I8: 8,
  U8: 8,
  F6_E3M2: 6,
  F6_E2M3: 6,
  F4: 4,
  BOOL: 8,
} as const;
export type Dtype = keyof typeof DTYPE_BITS;

export const DTYPES = Object.keys(DTYPE_BITS) as [Dtype, ...Dtype[]];

/** Place in the order in which tensors are written. */
export const rankOf = (dtype: Dtype): number => DTYPES.indexOf(dtype);

/** Bytes of a tensor; with a fraction, and so equal to no size, where types below a byte do not fill the last one. */
export const byteLength = (dtype: Dtype, shape: readonly number[]): number =>
  shape.reduce((a, b) => a * b, DTYPE_BITS[dtype]) / 8;

/**
 * What marks NaN and Inf in an element's most significant byte or two: those bits, with that value.
 * A type that is not listed has neither. `C64` is two floats, one behind the other.
 */
const NOT_FINITE: Partial<
  Record<Dtype, { width: number; mask: number; value: number; parts?: number }>
> = {
  F64: { width: 8, mask: 0x7ff0, value: 0x7ff0 },
  C64: { width: 4, mask: 0x7f80, value: 0x7f80, parts: 2 },
  F32: { width: 4, mask: 0x7f80, value: 0x7f80 },
  BF16: { width: 2, mask: 0x7f80, value: 0x7f80 },
  F16: { width: 2, mask: 0x7c00, value: 0x7c00 },
  F8_E5M2: { width: 1, mask: 0x7c, value: 0x7c },
  // The others of a byte have no infinity, and one NaN (per sign).
  F8_E4M3: { width: 1, mask: 0x7f, value: 0x7f },
  F8_E8M0: { width: 1, mask: 0xff, value: 0xff },
  F8_E4M3FNUZ: { width: 1, mask: 0xff, value: 0x80 },
  F8_E5M2FNUZ: { width: 1, mask: 0xff, value: 0x80 },
};

/**
 * Which element of a tensor is the first that is NaN or infinite, or -1.
 *
 * @param data whole little-endian elements
 */
export function firstNotFinite(data: Uint8Array, dtype: Dtype): number {
  const rule = NOT_FINITE[dtype];
  if (rule === undefined) return -1;
  const { width, mask, value, parts = 1 } = rule;
  for (let at = width - 1; at < data.length; at += width) {
    const top = width === 1 ? data[at]! : data[at - 1]! | (data[at]! << 8);
    if ((top & mask) === value) return Math.floor(at / (width * parts));
  }
  return -1;
}
