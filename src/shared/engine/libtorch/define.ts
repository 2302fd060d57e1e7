import { registerKernel } from '@tensorflow/tfjs-core';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { LibtorchBackend, TensorData, TorchInfo } from './backend.js';
import type { Dispatcher } from './ffi/dispatcher.js';

/** The backend under whose name kernels are registered; further ones get copies. */
export const KERNELS = 'libtorch';

export interface KernelContext {
  torch: Dispatcher;
  backend: LibtorchBackend;
  give: LibtorchBackend['give'];
}

type Inputs = Record<string, TensorData>;
type Result = TorchInfo | TorchInfo[];

/**
 * Registers a kernel for the `libtorch` backend. `run` gets the inputs' data by name (a list of
 * inputs as `0`, `1`, …) and frees nothing: handles that it does not `give` back are freed for it.
 */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- names the attributes at the call
export function define<A = Record<string, never>>(
  kernelName: string,
  run: (inputs: Inputs, attrs: A, context: KernelContext) => Result,
): void {
  registerKernel({
    kernelName,
    backendName: KERNELS,
    kernelFunc: ({ inputs, attrs, backend: current }): TensorInfo | TensorInfo[] => {
      const backend = current as unknown as LibtorchBackend;
      const datas: Inputs = {};
      for (const name in inputs) {
        const input = inputs[name];
        if (input) datas[name] = backend.data(input);
      }
      const context: KernelContext = {
        torch: backend.torch,
        backend,
        give: (...args) => backend.give(...args),
      };
      return backend.torch.scope(() => run(datas, attrs as A, context));
    },
  });
}
