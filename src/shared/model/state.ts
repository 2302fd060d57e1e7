import { FedshotError } from '../errors.js';
import {
  float32,
  parseSafetensors,
  serializeSafetensors,
  type TensorBytes,
} from '../format/safetensors.js';
import type { ParamSpec } from './layers/index.js';

/** A tensor in host memory, row-major; int64 only for PyTorch's batch counters. */
export interface HostTensor {
  shape: number[];
  data: Float32Array | BigInt64Array;
}

/** Weights by PyTorch's state-dict names, in PyTorch's layouts. */
export type StateDict = Map<string, HostTensor>;

const bytesOf = ({ shape, data }: HostTensor): TensorBytes => ({
  dtype: data instanceof BigInt64Array ? 'I64' : 'F32',
  shape,
  data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
});

function hostOf(name: string, tensor: TensorBytes): HostTensor {
  const shape = [...tensor.shape];
  if (tensor.dtype !== 'I64') return { shape, data: float32(tensor, name) };
  return { shape, data: new BigInt64Array(new Uint8Array(tensor.data).buffer) };
}

/** Bytes of a safetensors file with these weights; the same weights always give the same bytes. */
export function encodeState(state: StateDict, metadata: Record<string, string> = {}): Uint8Array {
  return serializeSafetensors(
    [...state].map(([name, tensor]) => [name, bytesOf(tensor)] as const),
    metadata,
  );
}

/**
 * Weights of a safetensors file.
 * @throws FedshotError `format` or `data`, naming `file`
 */
export function decodeState(bytes: Uint8Array, file?: string): StateDict {
  const tensors = parseSafetensors(bytes, { file });
  return new Map([...tensors].map(([name, tensor]) => [name, hostOf(name, tensor)]));
}

/**
 * Refuses weights that are not exactly those an architecture declares: missing, unknown, or of
 * another shape or type. A file may lack batch counters, as PyTorch's own loader allows.
 * @throws FedshotError `model`
 */
export function assertFits(state: StateDict, specs: ParamSpec[], what = 'weights'): void {
  const known = new Map(specs.map((spec) => [spec.name, spec]));
  for (const name of state.keys())
    if (!known.has(name)) throw new FedshotError('model', `${what}: unknown tensor ${name}`);
  for (const { name, shape, init } of specs) {
    const tensor = state.get(name);
    if (!tensor && init === 'counter') continue;
    if (!tensor) throw new FedshotError('model', `${what}: tensor ${name} is missing`);
    const type = init === 'counter' ? BigInt64Array : Float32Array;
    if (!(tensor.data instanceof type) || tensor.shape.join() !== shape.join())
      throw new FedshotError(
        'model',
        `${what}: ${name} has shape [${tensor.shape.join()}] where the architecture says [${shape.join()}]`,
      );
  }
}

/** The tensors whose names start with `prefix`. */
export function part(state: StateDict, prefix: string): StateDict {
  return new Map([...state].filter(([name]) => name.startsWith(prefix)));
}

/** True if both hold the same names, shapes and bits. */
export function sameBits(a: StateDict, b: StateDict): boolean {
  return Buffer.compare(encodeState(a), encodeState(b)) === 0;
}
