import * as tf from '@tensorflow/tfjs-core';
import type { GradFunc, Tensor } from '@tensorflow/tfjs-core';
import type { LibtorchBackend, TensorData } from '../backend.js';
import type { Dispatcher } from '../ffi/dispatcher.js';
import type { Pointer } from '../ffi/abi.js';

type Thunks = ReturnType<GradFunc>;

export const libtorchBackend = (): LibtorchBackend => tf.backend() as unknown as LibtorchBackend;

/** Computes a tensor outside of a kernel; handles made on the way are freed. */
export function compute(run: (torch: Dispatcher) => Pointer): Tensor {
  const backend = libtorchBackend();
  const info = backend.torch.scope(() => backend.give(run(backend.torch)));
  return tf.engine().makeTensorFromTensorInfo(info);
}

/**
 * Gradients that one operator computes together. tfjs-core asks for them one by one; the first
 * question runs the operator, and the other results wait as attachments of `dy`, freed with it.
 */
export function together(
  dy: Tensor,
  names: string[],
  run: (torch: Dispatcher) => Pointer[],
): Thunks {
  const backend = libtorchBackend();
  const { torch } = backend;
  let results: Pointer[] | undefined;
  const { aux } = backend.data(dy);
  const take = (i: number) => (): Tensor => {
    if (!results) {
      results = torch.scope(() => run(torch).map((handle) => torch.take(handle)));
      aux.push(...results);
    }
    const handle = results[i]!;
    aux.splice(aux.indexOf(handle), 1);
    return tf.engine().makeTensorFromTensorInfo(backend.give(handle));
  };
  return Object.fromEntries(names.map((name, i) => [name, take(i)]));
}

/** The data behind the tensors that a kernel saved for its gradient. */
export const datas = (saved: Tensor[]): TensorData[] => {
  const backend = libtorchBackend();
  return saved.map((tensor) => backend.data(tensor));
};

/** Registers the gradient of a kernel of ours, which gets and gives plain tensors. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- names the attributes at the call
export function defineGradient<A = Record<string, never>>(
  kernelName: string,
  save: { inputs?: string[]; output?: boolean },
  gradient: (dy: Tensor, saved: TensorData[], attrs: A) => Thunks,
): void {
  tf.registerGradient({
    kernelName,
    inputsToSave: save.inputs ?? [],
    outputsToSave: [save.output ?? false],
    gradFunc: (dy, saved, attrs) => gradient(dy as Tensor, datas(saved), attrs as A),
  });
}

/** Runs a kernel of ours. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows the rank
export function run<T extends Tensor>(
  kernel: string,
  inputs: Record<string, Tensor>,
  attrs: object = {},
): T {
  return tf.engine().runKernel(kernel, inputs, attrs as tf.NamedAttrMap);
}
