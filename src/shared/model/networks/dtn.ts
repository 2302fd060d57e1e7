import { z } from 'zod';
import {
  batchNorm,
  bottleneck,
  classifier,
  conv2d,
  dropout2d,
  flatten,
  named,
  relu,
  sequential,
  type Layer,
} from '../layers/index.js';
import { defineNetwork } from '../network.js';
import { noHidden } from './no-hidden.js';

/** Halves the sides: a 5×5 convolution of stride 2. */
const block = (i: number, o: number, dropped: number): Layer[] => [
  conv2d(i, o, 5, 2, 2),
  batchNorm(o),
  dropout2d(o, dropped),
  relu,
];

/** What three blocks leave of a side. */
const side = (s: number): number => Math.ceil(s / 8);

/** `dtn` of the original: 3×32×32 → 4096. */
export const dtn = defineNetwork({
  name: 'dtn',
  input: 'image',
  naturalInput: [3, 32, 32],
  parameters: z.strictObject({ hidden: noHidden }),
  layers: (_, { input: [channels, height, width], ...task }) => ({
    F: named({
      conv_params: sequential(
        ...block(channels, 64, 0.1),
        ...block(64, 128, 0.3),
        ...block(128, 256, 0.5),
      ),
      flatten,
    }),
    B: bottleneck(256 * side(height) * side(width), task.bottleneck),
    C: classifier(task.bottleneck, task.classes),
  }),
});
