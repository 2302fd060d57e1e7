import { linear, weightNormLinear } from './affine.js';
import { batchNorm } from './batch-norm.js';
import { named } from './compose.js';
import { dropout } from './fixed.js';
import type { Layer } from './layer.js';

/**
 * B of Liang et al. 2020: `inputs` features of F to `width`, normalised over the batch.
 * @param dropped share of the features that training drops: half for digits in the original, none for objects
 */
export function bottleneck(inputs: number, width: number, dropped = 0.5): Layer {
  return named({
    bottleneck: linear(inputs, width, 'xavier_normal'),
    bn: batchNorm(width),
    ...(dropped > 0 && { dropout: dropout(dropped) }),
  });
}

/** C of Liang et al. 2020: a weight-normalised linear layer from `width` features to the logits. */
export function classifier(width: number, classes: number): Layer {
  return named({ fc: weightNormLinear(width, classes) });
}
