import { z } from 'zod';
import { FedshotError } from '../../errors.js';
import {
  bottleneck,
  chain,
  classifier,
  classToken,
  classTokenAndPositions,
  conv2d,
  gelu,
  layerNorm,
  layerScale,
  linear,
  named,
  residual,
  selfAttention,
  sequential,
  type Layer,
} from '../layers/index.js';
import { defineNetwork, type Network } from '../network.js';
import { IMAGENET } from './normalisation.js';
import { resampledPositions } from './positions.js';

/** ε of layer normalisation in vision transformers. */
const EPSILON = 1e-6;

/** The size of a transformer: width of a token, blocks, heads, and the side of a patch in pixels. */
export interface VitSize {
  width: number;
  depth: number;
  heads: number;
  patch: number;
}

/** Pre-norm attention and a perceptron of four times the width (Dosovitskiy et al. 2021, eq. 2 and 3). */
function block({ width, heads }: VitSize, scaled: boolean): Layer {
  const scale = (name: string): Record<string, Layer> =>
    scaled ? { [name]: layerScale(width) } : {};
  const perceptron = named({
    fc1: linear(width, 4 * width, 'normal_02'),
    gelu,
    fc2: linear(4 * width, width, 'normal_02'),
  });
  const attention = named({
    norm1: layerNorm(width, EPSILON),
    attn: selfAttention(width, heads),
    ...scale('ls1'),
  });
  const rest = named({ norm2: layerNorm(width, EPSILON), mlp: perceptron, ...scale('ls2') });
  return chain(residual(attention), residual(rest));
}

/** F of a vision transformer: its class token after the last normalisation. */
export function vitFeatures(
  [channels, height, width]: readonly [number, number, number],
  size: VitSize,
  scaled: boolean,
): Layer {
  const { patch, depth } = size;
  const positions = (height / patch) * (width / patch);
  const proj = conv2d(channels, size.width, patch, patch);
  return chain(
    named({ patch_embed: named({ proj }) }),
    classTokenAndPositions(size.width, positions),
    named({
      blocks: sequential(...Array.from({ length: depth }, () => block(size, scaled))),
      norm: layerNorm(size.width, EPSILON),
    }),
    classToken,
  );
}

/**
 * A vision transformer (Dosovitskiy et al. 2021) up to its class token, under timm's names; B and C as SHOT
 * has them for objects. The images' sides have to be multiples of the patch's.
 */
function vit(name: string, size: VitSize): Network {
  const { patch, width: features } = size;
  return defineNetwork({
    name,
    input: 'image',
    naturalInput: [3, 224, 224],
    normalisation: IMAGENET,
    featureWidth: features,
    parameters: z.strictObject({
      layerScale: z
        .boolean()
        .default(false)
        .describe('factors behind attention and perceptron, as DINOv2 has them'),
    }),
    pretrained: {
      implied: (names) => ({ layerScale: names.has('blocks.0.ls1.gamma') }),
      fit: (tensorName, tensor, shape, [, height, width]) =>
        tensorName === 'pos_embed'
          ? resampledPositions(tensor, shape, [height / patch, width / patch])
          : undefined,
    },
    layers: ({ layerScale: scaled }, { input, ...task }) => {
      const [, height, width] = input;
      if (height % patch !== 0 || width % patch !== 0)
        throw new FedshotError(
          'model',
          `${name} takes images whose sides are multiples of ${patch}, not ${height}×${width}`,
          { hint: `say another size, e.g. ${16 * patch}` },
        );
      return {
        F: vitFeatures(input, size, scaled),
        B: bottleneck(features, task.bottleneck, 0),
        C: classifier(task.bottleneck, task.classes),
      };
    },
  });
}

const SMALL = { width: 384, depth: 12, heads: 6 };
const BASE = { width: 768, depth: 12, heads: 12 };

export const vits: readonly Network[] = [
  vit('vit_small_patch14', { ...SMALL, patch: 14 }),
  vit('vit_small_patch16', { ...SMALL, patch: 16 }),
  vit('vit_base_patch14', { ...BASE, patch: 14 }),
  vit('vit_base_patch16', { ...BASE, patch: 16 }),
];
