import { z } from 'zod';
import {
  bottleneck,
  classifier,
  conv2d,
  dropout2d,
  flatten,
  maxPool2d,
  named,
  relu,
  sequential,
} from '../layers/index.js';
import { defineNetwork } from '../network.js';
import { noHidden } from './no-hidden.js';

/** What two 5×5 convolutions, each with a pool of two, leave of a side. */
const side = (s: number): number => Math.max(0, (((s - 4) >> 1) - 4) >> 1);

/** `lenet` of the original: 1×28×28 → 800. */
export const lenet = defineNetwork({
  name: 'lenet',
  input: 'image',
  naturalInput: [1, 28, 28],
  parameters: z.strictObject({ hidden: noHidden }),
  layers: (_, { input: [channels, height, width], ...task }) => ({
    F: named({
      conv_params: sequential(
        conv2d(channels, 20, 5),
        maxPool2d(2),
        relu,
        conv2d(20, 50, 5),
        dropout2d(50, 0.5),
        maxPool2d(2),
        relu,
      ),
      flatten,
    }),
    B: bottleneck(50 * side(height) * side(width), task.bottleneck),
    C: classifier(task.bottleneck, task.classes),
  }),
});
