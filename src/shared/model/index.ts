/** What a file that adds a network is written with. */
export { z } from 'zod'; // the one that parameters are read with
export { defineNetwork } from './network.js';
export type {
  Network,
  NetworkDefinition,
  Parts,
  Pretrained,
  SampleShapes,
  Task,
} from './network.js';
export type { ChannelNormalisation } from '../preprocessing/picture-input.js';
export { networks } from './networks/index.js';
export {
  batchNorm,
  bottleneck,
  chain,
  classifier,
  classToken,
  classTokenAndPositions,
  conv2d,
  depthwiseConv2d,
  dropout,
  dropout2d,
  flatten,
  gelu,
  globalAveragePool,
  images,
  layerNorm,
  layerScale,
  linear,
  maxPool2d,
  named,
  relu,
  relu6,
  residual,
  rows,
  selfAttention,
  sequential,
  tokens,
  weightNormLinear,
} from './layers/index.js';
export type { Context, ConvolutionOptions, Init, Layer, ParamSpec } from './layers/index.js';
