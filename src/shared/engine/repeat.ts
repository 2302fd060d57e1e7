import { tensor, type Tensor } from '@tensorflow/tfjs-core';

/**
 * Repeats a computation that always consists of the same operations. It is recorded once and then
 * replayed without tfjs-core's bookkeeping, which takes as long as the arithmetic of a small network.
 */
export interface Repeater {
  /**
   * What `compute` returns: by calling it, or by replaying an earlier call with these inputs.
   *
   * `compute` may depend on nothing but `inputs`, the `constants` given to `Ops.repeater`, and what it
   * asks `hostTensor` for; what it changes beside its results, it changes in `eachTime`. It returns new
   * tensors and leaves no others behind. Where that does not hold as far as can be seen, or the engine
   * cannot replay, it is called every time.
   */
  run(inputs: Tensor[], compute: () => Tensor[]): Tensor[];
  /** Frees what was recorded. */
  dispose(): void;
}

/** Observes what a recorded computation does outside of the engine. */
export interface Witness {
  host(make: () => Float32Array, shape: number[]): Tensor;
  eachTime(effect: () => void): void;
}

/**
 * Like tfjs-core's tape and scopes, of which there is one per process: a computation runs through without
 * a pause, so what is set for it is restored before another computation starts.
 */
let witness: Witness | undefined;

/** Runs `f`; `who` is called for each host tensor and each effect in it. */
export function witnessed<T>(who: Witness, f: () => T): T {
  const before = witness;
  witness = who;
  try {
    return f();
  } finally {
    witness = before;
  }
}

/** A tensor of values that are drawn anew each time that the computation around it is repeated. */
export const hostTensor = (make: () => Float32Array, shape: number[]): Tensor =>
  witness ? witness.host(make, shape) : tensor(make(), shape, 'float32');

/** Runs `effect`, now and each time that the computation around it is repeated. */
export function eachTime(effect: () => void): void {
  effect();
  witness?.eachTime(effect);
}

/** For engines that cannot replay. */
export const callingRepeater: Repeater = {
  run: (_, compute) => compute(),
  dispose: () => undefined,
};
