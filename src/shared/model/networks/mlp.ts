import { z } from 'zod';
import {
  batchNorm,
  bottleneck,
  classifier,
  flatten,
  linear,
  named,
  relu,
  sequential,
} from '../layers/index.js';
import { defineNetwork } from '../network.js';

/** Linear → BatchNorm1d → ReLU for each hidden width; for tables, and for images, flattened. */
export const mlp = defineNetwork({
  name: 'mlp',
  input: 'any',
  parameters: z.strictObject({
    hidden: z.array(z.int().positive()).default([256, 128]).describe('widths of the hidden layers'),
  }),
  layers: ({ hidden }, { input, classes, bottleneck: features }) => {
    const widths = [input.reduce((a, b) => a * b, 1), ...hidden];
    const layers = hidden.flatMap((width, k) => [
      linear(widths[k]!, width),
      batchNorm(width),
      relu,
    ]);
    return {
      F: named({ flatten, layers: sequential(...layers) }),
      B: bottleneck(widths.at(-1)!, features),
      C: classifier(features, classes),
    };
  },
});
