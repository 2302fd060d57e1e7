import * as tf from '@tensorflow/tfjs-core';
import { setThreadsCount, version_wasm } from '@tensorflow/tfjs-backend-wasm';
import { FedshotError } from '../../errors.js';
import type { Started } from '../definition.js';
import { genericOps } from '../generic.js';
import { registerGradientKernels } from './kernels.js';
import { withNodeWorkers } from './threads.js';

/** The name under which tfjs registers the backend and its kernels. */
const BACKEND = 'wasm';

/** Starts tfjs's WebAssembly backend with SIMD and `threads` threads. @throws FedshotError `engine` */
export async function startWasm(threads: number): Promise<Started> {
  // tfjs switches threads off under Node since an issue of its early days; they work there.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', threads > 1);
  setThreadsCount(threads);
  registerGradientKernels(BACKEND);
  const factory = tf.findBackendFactory(BACKEND);
  if (!(await withNodeWorkers(() => tf.setBackend(BACKEND))))
    throw new FedshotError('engine', 'the wasm engine did not start');
  return {
    device: 'cpu',
    version: version_wasm,
    ops: genericOps,
    // tfjs registers it once, when its module is loaded, and forgets it when it is removed.
    stopped: () => void tf.registerBackend(BACKEND, factory),
  };
}
