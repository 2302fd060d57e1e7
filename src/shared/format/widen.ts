import { FedshotError } from '../errors.js';
import { quoted } from '../json.js';
import { float32, type TensorBytes } from './safetensors.js';

/** The value of an IEEE half (F16) by its 16 bits. */
function half(bits: number): number {
  const [exponent, fraction] = [(bits >> 10) & 0x1f, bits & 0x3ff];
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/**
 * The numbers of a tensor of floats as float32: F16 and BF16 widened, which loses nothing, F64 rounded.
 * @throws FedshotError `format` for what are no floats, or of a byte
 */
export function widened(tensor: TensorBytes, name = 'tensor'): Float32Array {
  const { data, dtype } = tensor;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (dtype === 'F32') return float32(tensor, name);
  if (dtype === 'F64')
    return Float32Array.from({ length: data.length / 8 }, (_, i) => view.getFloat64(8 * i, true));
  if (dtype !== 'F16' && dtype !== 'BF16')
    throw new FedshotError('format', `${quoted(name)} is ${dtype} where floats are expected`, {
      hint: 'F16, BF16, F32 and F64 are read',
    });
  const result = new Float32Array(data.length / 2);
  if (dtype === 'BF16') {
    // The upper half of a float32.
    const bits = new Uint32Array(result.buffer);
    for (let i = 0; i < bits.length; i++) bits[i] = view.getUint16(2 * i, true) << 16;
  } else for (let i = 0; i < result.length; i++) result[i] = half(view.getUint16(2 * i, true));
  return result;
}
