import { byteLength, type Dtype, firstNotFinite } from './dtypes.js';
import { FedshotError } from '../errors.js';
import { quoted } from '../json.js';
import {
  parseSafetensorsHeader,
  serializeSafetensorsHeader,
  type TensorRange,
} from './safetensors-header.js';

export type { Dtype };

/** A tensor as the file holds it: little-endian, row-major. */
export interface TensorBytes {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** A view into the file's bytes, not a copy; use {@link float32} to read it as numbers. */
  readonly data: Uint8Array;
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

/**
 * Reads a safetensors file; see {@link parseSafetensorsHeader} for what is refused.
 *
 * @returns tensors whose `data` are views into `bytes`
 * @throws FedshotError `format`; `data` for NaN or Inf
 */
export function parseSafetensors(bytes: Uint8Array, options: ParseOptions = {}): Safetensors {
  const { file = 'safetensors', finite = true } = options;
  const header = parseSafetensorsHeader(bytes, bytes?.length, file);
  const result = new Safetensors();
  result.metadata = header.metadata;
  result.dataStart = header.dataStart;
  for (const [name, tensor] of header.tensors) {
    const data = bytes.subarray(tensor.begin, tensor.end);
    if (finite) assertFinite(data, tensor.dtype, `${file}: ${quoted(name)}`);
    result.set(name, { ...tensor, data });
  }
  return result;
}

/**
 * Writes tensors byte for byte as the format's own library does; see {@link serializeSafetensorsHeader}.
 * The same tensors always give the same bytes, in whatever order they come.
 *
 * @throws FedshotError `format` when a tensor's bytes contradict its dtype and shape
 */
export function serializeSafetensors(
  tensors: Iterable<readonly [string, TensorBytes]>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const given = [...tensors];
  const byName = new Map(given);
  for (const [name, { dtype, shape, data }] of given)
    if (data.length !== byteLength(dtype, shape))
      throw new FedshotError(
        'format',
        `${quoted(name)}: ${data.length} bytes for ${dtype}[${shape.join(',')}]`,
      );
  const { bytes: header, order } = serializeSafetensorsHeader(given, metadata);
  const parts = [header, ...order.map((name) => byName.get(name)!.data)];
  const bytes = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  parseSafetensorsHeader(bytes, bytes.length, 'tensors');
  return bytes;
}

/** The numbers of an F32 tensor: a view where its bytes are aligned, else a copy. @throws FedshotError `format` */
export function float32(tensor: TensorBytes, name = 'tensor'): Float32Array {
  if (tensor.dtype !== 'F32')
    throw new FedshotError('format', `${quoted(name)} is ${tensor.dtype} where F32 is expected`);
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
  const at = firstNotFinite(data, dtype);
  if (at >= 0) throw new FedshotError('data', `${what}: element ${at} is NaN or infinite`);
}
