import { z } from 'zod';
import {
  batchNorm,
  bottleneck,
  chain,
  classifier,
  conv2d,
  globalAveragePool,
  maxPool2d,
  named,
  relu,
  residual,
  sequential,
  type Layer,
} from '../layers/index.js';
import { defineNetwork, type Network } from '../network.js';
import { IMAGENET } from './normalisation.js';

/** A convolution with zeros around it that keep the sides, up to the stride; batch normalisation follows. */
const conv = (i: number, o: number, kernel: number, stride = 1): Layer =>
  conv2d(i, o, kernel, stride, (kernel - 1) / 2, { bias: false });

/** A kind of block: how much wider it comes out than it is inside, and its layers. */
interface Block {
  expansion: number;
  main: (inputs: number, width: number, stride: number) => Layer;
}

/** Two 3×3 convolutions (He et al. 2016, fig. 5 left). */
const BASIC: Block = {
  expansion: 1,
  main: (inputs, width, stride) =>
    named({
      conv1: conv(inputs, width, 3, stride),
      bn1: batchNorm(width),
      relu,
      conv2: conv(width, width, 3),
      bn2: batchNorm(width),
    }),
};

/** 1×1, 3×3, 1×1 (fig. 5 right), with the stride in the middle, as torchvision has it. */
const BOTTLENECK: Block = {
  expansion: 4,
  main: (inputs, width, stride) =>
    named({
      conv1: conv(inputs, width, 1),
      bn1: batchNorm(width),
      relu1: relu,
      conv2: conv(width, width, 3, stride),
      bn2: batchNorm(width),
      relu2: relu,
      conv3: conv(width, 4 * width, 1),
      bn3: batchNorm(4 * width),
    }),
};

/** Widths of the four stages inside their blocks; each but the first halves the sides. */
const WIDTHS = [64, 128, 256, 512];

/** A stage of `depth` blocks; the first has a shortcut of its own where it changes the shape. */
function stage(block: Block, inputs: number, width: number, depth: number, stride: number): Layer {
  const out = block.expansion * width;
  const blocks = Array.from({ length: depth }, (_, k) => {
    const [from, step] = k === 0 ? [inputs, stride] : [out, 1];
    const shortcut =
      from === out && step === 1
        ? undefined
        : named({ downsample: sequential(conv(from, out, 1, step), batchNorm(out)) });
    return chain(residual(block.main(from, width, step), shortcut), relu);
  });
  return sequential(...blocks);
}

function features(channels: number, block: Block, depths: readonly number[]): Layer {
  const stages = depths.map((depth, k): [string, Layer] => {
    const inputs = k === 0 ? 64 : block.expansion * WIDTHS[k - 1]!;
    return [`layer${k + 1}`, stage(block, inputs, WIDTHS[k]!, depth, k === 0 ? 1 : 2)];
  });
  return named({
    conv1: conv(channels, 64, 7, 2),
    bn1: batchNorm(64),
    relu,
    maxpool: maxPool2d(3, 2, 1),
    ...Object.fromEntries(stages),
    avgpool: globalAveragePool,
  });
}

/**
 * A ResNet of He et al. 2016 up to its pooled features, under torchvision's names; B and C as SHOT has
 * them for objects.
 */
function resnet(name: string, block: Block, depths: readonly number[]): Network {
  const width = block.expansion * WIDTHS.at(-1)!;
  return defineNetwork({
    name,
    input: 'image',
    naturalInput: [3, 224, 224],
    normalisation: IMAGENET,
    featureWidth: width,
    parameters: z.strictObject({}),
    layers: (_, { input: [channels], ...task }) => ({
      F: features(channels, block, depths),
      B: bottleneck(width, task.bottleneck, 0),
      C: classifier(task.bottleneck, task.classes),
    }),
  });
}

export const resnets: readonly Network[] = [
  resnet('resnet18', BASIC, [2, 2, 2, 2]),
  resnet('resnet34', BASIC, [3, 4, 6, 3]),
  resnet('resnet50', BOTTLENECK, [3, 4, 6, 3]),
  resnet('resnet101', BOTTLENECK, [3, 4, 23, 3]),
];
