import { z } from 'zod';
import {
  batchNorm,
  bottleneck,
  classifier,
  conv2d,
  depthwiseConv2d,
  globalAveragePool,
  named,
  relu6,
  sequential,
  type Layer,
} from '../layers/index.js';
import { defineNetwork, type Network } from '../network.js';
import { HALF } from './normalisation.js';

/** ε of batch normalisation in TensorFlow's networks. */
const EPSILON = 1e-3;

/** Stages at full width: channels, blocks, and the stride of the first (Howard et al. 2017, table 1). */
const STAGES: [channels: number, blocks: number, stride: number][] = [
  [64, 1, 1],
  [128, 2, 2],
  [256, 2, 2],
  [512, 6, 2],
  [1024, 2, 2],
];

/** A 3×3 filter for each channel, then a 1×1 convolution over them. */
const block = (i: number, o: number, stride: number): Layer =>
  named({
    conv_dw: depthwiseConv2d(i, 3, stride, 'same'),
    bn1: batchNorm(i, EPSILON),
    relu1: relu6,
    conv_pw: conv2d(i, o, 1, 1, 0, { bias: false }),
    bn2: batchNorm(o, EPSILON),
    relu2: relu6,
  });

function features(channels: number, widthOf: (full: number) => number): Layer {
  let inputs = widthOf(32);
  const stages = STAGES.map(([full, blocks, stride]) => {
    const width = widthOf(full);
    const layers = Array.from({ length: blocks }, (_, k) =>
      block(k === 0 ? inputs : width, width, k === 0 ? stride : 1),
    );
    inputs = width;
    return sequential(...layers);
  });
  return named({
    conv_stem: conv2d(channels, widthOf(32), 3, 2, 'same', { bias: false }),
    bn1: batchNorm(widthOf(32), EPSILON),
    relu: relu6,
    blocks: sequential(...stages),
    pool: globalAveragePool,
  });
}

/**
 * MobileNetV1 (Howard et al. 2017) up to its pooled features, under timm's names, with TensorFlow's padding
 * and ε; B and C as SHOT has them for objects.
 *
 * @param share of the full width, α of the paper
 */
function mobilenet(name: string, share: number): Network {
  const widthOf = (full: number): number => share * full;
  return defineNetwork({
    name,
    input: 'image',
    naturalInput: [3, 224, 224],
    normalisation: HALF,
    featureWidth: widthOf(1024),
    parameters: z.strictObject({}),
    layers: (_, { input: [channels], ...task }) => ({
      F: features(channels, widthOf),
      B: bottleneck(widthOf(1024), task.bottleneck, 0),
      C: classifier(task.bottleneck, task.classes),
    }),
  });
}

export const mobilenets: readonly Network[] = [
  mobilenet('mobilenetv1_100', 1),
  mobilenet('mobilenetv1_075', 0.75),
  mobilenet('mobilenetv1_050', 0.5),
  mobilenet('mobilenetv1_025', 0.25),
];
