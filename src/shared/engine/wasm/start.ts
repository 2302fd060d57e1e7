import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { setThreadsCount, version_wasm } from '@tensorflow/tfjs-backend-wasm';
import { FedshotError } from '../../errors.js';
import type { Started } from '../definition.js';
import { genericOps } from '../generic.js';
import { withNodeWorkers } from './threads.js';

/** The name under which tfjs registers the backend and its kernels. */
const BACKEND = 'wasm';

/**
 * The filter's gradient, which the wasm backend lacks, as the convolution it is:
 * `dW[i,j,c,o] = Σ_{n,a,b} x[n, s·a+i−p, s·b+j−p, c] · dy[n,a,b,o]`, i.e. channels take the place of
 * the batch, and `dy` is a filter dilated by the stride.
 */
function conv2DBackpropFilter(x: Tensor, dy: Tensor, attrs: tf.Conv2DBackpropFilterAttrs): Tensor {
  const { strides, pad, dimRoundingMode, filterShape } = attrs;
  const info = tf.backend_util.computeConv2DInfo(
    x.shape as [number, number, number, number],
    filterShape,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  const { top, bottom, left, right } = info.padInfo;
  const [kh, kw, c, o] = filterShape;
  const wide = tf.conv2d(
    tf.transpose(x, [3, 1, 2, 0]) as tf.Tensor4D,
    tf.transpose(dy, [1, 2, 0, 3]) as tf.Tensor4D,
    1,
    [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ],
    'NHWC',
    [info.strideHeight, info.strideWidth],
  );
  return tf.transpose(tf.slice(wide, [0, 0, 0, 0], [c, kh, kw, o]), [1, 2, 0, 3]);
}

function registerMissingKernels(): void {
  if (tf.getKernel(tf.Conv2DBackpropFilter, BACKEND)) return;
  tf.registerKernel({
    kernelName: tf.Conv2DBackpropFilter,
    backendName: BACKEND,
    kernelFunc: ({ inputs, attrs }): TensorInfo => {
      const { x, dy } = inputs as unknown as { x: Tensor; dy: Tensor };
      const filterAttrs = attrs as unknown as tf.Conv2DBackpropFilterAttrs;
      return tf.tidy(() => conv2DBackpropFilter(x, dy, filterAttrs));
    },
  });
}

/** Starts tfjs's WebAssembly backend with SIMD and `threads` threads. @throws FedshotError `engine` */
export async function startWasm(threads: number): Promise<Started> {
  // tfjs switches threads off under Node since an issue of its early days; they work there.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', threads > 1);
  setThreadsCount(threads);
  registerMissingKernels();
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
