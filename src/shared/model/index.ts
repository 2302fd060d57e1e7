/** What a file that adds a network is written with. */
export { z } from 'zod'; // the one that parameters are read with
export { defineNetwork } from './network.js';
export type { Network, NetworkDefinition, Parts, SampleShapes, Task } from './network.js';
export { networks } from './networks/index.js';
export {
  batchNorm,
  bottleneck,
  chain,
  classifier,
  conv2d,
  dropout,
  dropout2d,
  flatten,
  images,
  linear,
  maxPool2d,
  named,
  relu,
  residual,
  rows,
  sequential,
  weightNormLinear,
} from './layers/index.js';
export type { Context, Init, Layer, ParamSpec } from './layers/index.js';
