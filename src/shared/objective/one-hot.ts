import { cast, oneHot, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';

/**
 * int32 `[N]` → float32 `[N, K]` of zeros and ones. By a cast, since the wasm backend writes integer
 * bits whatever dtype and values `oneHot` is asked for.
 */
export const oneHotFloat = (labels: Tensor1D, K: number): Tensor2D =>
  cast<Tensor2D>(oneHot(labels, K) as Tensor2D, 'float32');
