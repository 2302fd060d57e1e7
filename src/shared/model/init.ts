import type { Random } from '../random.js';
import type { ParamSpec } from './layers/index.js';
import type { HostTensor, StateDict } from './state.js';

const size = (shape: number[]): number => shape.reduce((a, b) => a * b, 1);

/** Norm of each row of `[rows, …]`, for `weight_g` beside its `weight_v`. */
function rowNorms({ shape, data }: HostTensor): Float32Array {
  const width = data.length / shape[0]!;
  return Float32Array.from({ length: shape[0]! }, (_, row) =>
    Math.hypot(...(data.subarray(row * width, (row + 1) * width) as Float32Array)),
  );
}

/**
 * Fresh weights, each tensor drawn from a stream of its own name.
 *
 * `kaiming_uniform`: U(−b, b), b = 1/√fanIn (PyTorch's default, a = √5). `kaiming_normal`: N(0, 2/fan)
 * (He et al. 2015, section 2.2). `xavier_normal`: N(0, 2/(fanIn+fanOut)) (Glorot and Bengio 2010, eq. 12
 * with normal draws). `normal_02`: N(0, 0.02²), as transformers are drawn.
 *
 * @param given weights that are there already, and stand as they are
 */
export function initialState(
  specs: ParamSpec[],
  random: Random,
  given: StateDict = new Map(),
): StateDict {
  const state: StateDict = new Map();
  for (const { name, shape, init, fanIn } of specs) {
    const there = given.get(name);
    if (there) {
      state.set(name, there);
      continue;
    }
    const stream = random.fork('init', name);
    const fill = (draw: () => number) => Float32Array.from({ length: size(shape) }, draw);
    const bound = 1 / Math.sqrt(fanIn);
    const deviation = Math.sqrt(2 / (fanIn + (shape[0] ?? 0)));
    const v = () => state.get(name.replace(/_g$/, '_v'))!;
    const data = {
      kaiming_uniform: () => fill(() => (2 * stream.next() - 1) * bound),
      kaiming_normal: () => fill(() => stream.normal() * Math.sqrt(2 / fanIn)),
      normal_02: () => fill(() => stream.normal() * 0.02),
      layer_scale: () => fill(() => 1e-5),
      xavier_normal: () => fill(() => stream.normal() * deviation),
      row_norm: () => rowNorms(v()),
      zeros: () => fill(() => 0),
      ones: () => fill(() => 1),
      counter: () => new BigInt64Array(1),
    }[init]();
    state.set(name, { shape, data });
  }
  return state;
}
