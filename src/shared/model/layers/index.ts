export { conv2d, linear, weightNormLinear } from './affine.js';
export { batchNorm } from './batch-norm.js';
export { chain, named, residual, sequential } from './compose.js';
export { dropout, dropout2d, flatten, maxPool2d, relu } from './fixed.js';
export { bottleneck, classifier } from './heads.js';
export { images, rows } from './layer.js';
export type { Context, Init, Layer, ParamSpec } from './layer.js';
