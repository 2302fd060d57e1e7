export { conv2d, depthwiseConv2d, linear, weightNormLinear } from './affine.js';
export type { ConvolutionOptions } from './affine.js';
export { batchNorm } from './batch-norm.js';
export { chain, named, residual, sequential } from './compose.js';
export {
  dropout,
  dropout2d,
  flatten,
  gelu,
  globalAveragePool,
  maxPool2d,
  relu,
  relu6,
} from './fixed.js';
export { bottleneck, classifier } from './heads.js';
export { images, rows, tokens } from './layer.js';
export type { Context, Init, Layer, ParamSpec } from './layer.js';
export {
  classToken,
  classTokenAndPositions,
  layerNorm,
  layerScale,
  selfAttention,
} from './transformer.js';
