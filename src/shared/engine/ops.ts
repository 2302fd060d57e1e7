import type { Repeater } from './repeat.js';
import type {
  Tensor,
  Tensor1D,
  Tensor2D,
  Tensor3D,
  Tensor4D,
  Variable,
} from '@tensorflow/tfjs-core';

/** An image batch in the engine's own memory layout. Made by `Ops.images`, read only by `Ops`. */
export type Activation = Tensor4D & { readonly __activation?: never };

/**
 * Zeros around an image: as many on every side, or TensorFlow's "same", which makes ⌈side / stride⌉ of a
 * side and puts what is odd to the right and at the bottom.
 */
export type Padding = number | 'same';

/** One group of parameters for `Ops.sgd`; the three lists run in parallel. */
export interface SgdGroup {
  params: Variable[];
  grads: Tensor[];
  /** Momentum buffers, zero before the first step; updated in place (unused where momentum is 0). */
  velocity: Variable[];
  /** Learning rate of this group at this step. */
  lr: number;
}

export interface SgdOptions {
  momentum: number;
  weightDecay: number;
  nesterov: boolean;
}

/**
 * The layer arithmetic behind which an engine may fuse. `generic` writes it in plain tfjs-core and
 * serves every engine; `libtorch` replaces what tfjs-core would decompose.
 *
 * Weights have PyTorch's layouts everywhere (OIHW filters, `[out, in]` matrices), so that files need
 * no conversion. All functions are differentiable by tfjs-core in `x` and in the weights, unless said
 * otherwise.
 */
export interface Ops {
  /** `[N, C, H, W]` float32 → activation. */
  images(x: Tensor4D): Activation;
  /** 2-D cross-correlation. `weight [O, I, kh, kw]`, `bias [O]` or none. */
  conv2d(
    x: Activation,
    weight: Tensor4D,
    bias: Tensor1D | undefined,
    stride: number,
    padding: Padding,
  ): Activation;
  /** 2-D cross-correlation of each channel with a filter of its own, `weight [C, 1, kh, kw]`; no bias. */
  depthwiseConv2d(x: Activation, weight: Tensor4D, stride: number, padding: Padding): Activation;
  /**
   * Maximum over `size × size` windows, which are disjoint unless `stride` says otherwise; what lies in the
   * padding never is the maximum. A remainder at the edge is dropped (PyTorch's floor mode).
   */
  maxPool2d(x: Activation, size: number, stride?: number, padding?: number): Activation;
  /** Mean of each channel → `[N, C]`. */
  globalAveragePool(x: Activation): Tensor2D;
  relu<T extends Tensor>(x: T): T;
  /** min(max(x, 0), 6), with gradient 0 at both ends, as PyTorch has it. */
  relu6<T extends Tensor>(x: T): T;
  /** x·Φ(x), Φ the normal distribution (Hendrycks and Gimpel 2016), by the error function. */
  gelu<T extends Tensor>(x: T): T;
  /** Sum of two tensors of one shape, as a residual block's. */
  add<T extends Tensor>(a: T, b: T): T;
  /** Product, value by value, of two tensors of one shape. */
  mul<T extends Tensor>(a: T, b: T): T;
  /** Product with one factor for each place of the last axis, `factors [D]`. */
  scale<T extends Tensor>(x: T, factors: Tensor1D): T;
  /** Multiplies each channel of each image: `mask [N, C]` (Dropout2d; not differentiated in `mask`). */
  scaleChannels(x: Activation, mask: Tensor2D): Activation;
  /** Activation → `[N, C·H·W]` in PyTorch's order. */
  flatten(x: Activation): Tensor2D;
  /** `x [..., I] · weightᵀ [O, I] + bias [O]` → `[..., O]`, of rows or of tokens. */
  linear<T extends Tensor>(x: T, weight: Tensor2D, bias: Tensor1D): T;
  /** The pixels of each image as tokens, behind the class token `first [1, 1, D]`, plus `positions [1, 1 + H·W, D]`. */
  tokens(x: Activation, first: Tensor3D, positions: Tensor3D): Tensor3D;
  /** The first token of each sample. `[N, T, D]` → `[N, D]`. */
  firstToken(x: Tensor3D): Tensor2D;
  /** Normalises the last axis by its own mean and biased variance (Ba et al. 2016). `weight`, `bias [D]`. */
  layerNorm<T extends Tensor>(x: T, weight: Tensor1D, bias: Tensor1D, epsilon: number): T;
  /**
   * Self-attention, softmax(q·kᵀ/√d)·v by head (Vaswani et al. 2017, eq. 1).
   * `qkv [N, T, 3·D]`, queries, keys and values one behind the other, each head by head → `[N, T, D]`.
   */
  attention(qkv: Tensor3D, heads: number): Tensor3D;
  /**
   * Batch normalisation with the batch's own mean and biased variance; ε = 1e-5 unless told. Moves the running
   * statistics in place by momentum 0.1 (variance unbiased there, as PyTorch does).
   * `x` is an activation (statistics per channel) or `[N, D]` (per feature).
   */
  batchNormTrain<T extends Tensor>(
    x: T,
    weight: Tensor1D,
    bias: Tensor1D,
    runningMean: Variable,
    runningVar: Variable,
    epsilon?: number,
  ): T;
  /** Batch normalisation with the running statistics. */
  batchNormEval<T extends Tensor>(
    x: T,
    weight: Tensor1D,
    bias: Tensor1D,
    runningMean: Tensor1D,
    runningVar: Tensor1D,
    epsilon?: number,
  ): T;
  /** `g [O, 1] · v [O, I] / ‖v‖₂` by row (Salimans and Kingma 2016, eq. 2). */
  weightNorm(v: Tensor2D, g: Tensor2D): Tensor2D;
  /** Row-wise. `[N, K]` → `[N, K]`. */
  softmax(x: Tensor2D): Tensor2D;
  logSoftmax(x: Tensor2D): Tensor2D;
  /**
   * One step of SGD as PyTorch defines it, in place: `d = grad + weightDecay·w`,
   * `v = momentum·v + d`, `w -= lr·(d + momentum·v)` with Nesterov, `w -= lr·v` without.
   */
  sgd(groups: SgdGroup[], options: SgdOptions): void;
  /** Rows `index` of `x`, int32 `[M]`: the mini-batch gather. Not differentiated. */
  gatherRows<T extends Tensor>(x: T, index: Tensor1D): T;
  /**
   * Repeats one computation quickly, where the engine can.
   *
   * @param constants the tensors and variables that it uses beside its inputs, as they are at a call
   */
  repeater(constants: () => Tensor[]): Repeater;
}
