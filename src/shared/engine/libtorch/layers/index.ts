import { getKernel } from '@tensorflow/tfjs-core';
import type { Ops } from '../../ops.js';
import { defineImageLayers, imageOps } from './convolution.js';
import { defineDense, denseOps } from './dense.js';
import { sgd } from './in-place.js';
import { TorchRepeater } from '../repeater.js';
import { defineNormalisation, normalisationOps } from './normalisation.js';
import { defineTransformer, libtorchTransformerOps } from './transformer.js';

/** Registers the fused layers' kernels and gradients, once. */
export function defineLayers(): void {
  if (getKernel('TorchLinear', 'libtorch')) return;
  defineImageLayers();
  defineNormalisation();
  defineDense();
  defineTransformer();
}

/** `Ops` with one ATen operator where tfjs-core would need many. Shapes of activations are NCHW. */
export const libtorchOps: Ops = {
  ...imageOps,
  ...normalisationOps,
  ...denseOps,
  ...libtorchTransformerOps,
  sgd,
  repeater: (constants) => new TorchRepeater(constants),
};
