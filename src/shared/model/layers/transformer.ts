import { linear } from './affine.js';
import { images, tokens, type Init, type Layer, type ParamSpec } from './layer.js';

const spec = (name: string, shape: number[], init: Init): ParamSpec => ({
  name,
  shape,
  init,
  fanIn: shape.at(-1)!,
  trainable: true,
});

/** `nn.LayerNorm` over the last axis. */
export function layerNorm(width: number, epsilon = 1e-5): Layer {
  return {
    params: (name) => [
      spec(`${name}.weight`, [width], 'ones'),
      spec(`${name}.bias`, [width], 'zeros'),
    ],
    forward: (x, name, { ops, vector }) =>
      ops.layerNorm(x, vector(`${name}.weight`), vector(`${name}.bias`), epsilon),
  };
}

/** Self-attention as timm's `Attention` names it: `qkv` and `proj`, each with a bias. */
export function selfAttention(width: number, heads: number): Layer {
  const [qkv, proj] = [linear(width, 3 * width, 'normal_02'), linear(width, width, 'normal_02')];
  return {
    params: (name) => [...qkv.params(`${name}.qkv`), ...proj.params(`${name}.proj`)],
    forward: (x, name, context) => {
      const all = tokens(qkv.forward(x, `${name}.qkv`, context), name);
      return proj.forward(context.ops.attention(all, heads), `${name}.proj`, context);
    },
  };
}

/** LayerScale (Touvron et al. 2021, eq. 5): a factor for each feature, 1e-5 at first. */
export function layerScale(width: number): Layer {
  return {
    params: (name) => [spec(`${name}.gamma`, [width], 'layer_scale')],
    forward: (x, name, { ops, vector }) => ops.scale(x, vector(`${name}.gamma`)),
  };
}

/**
 * Pixels as tokens behind a class token, with a learnt position each: `[N, D, H, W]` →
 * `[N, 1 + H·W, D]`. Its parameters stand under the block's own name, as in timm: `cls_token`, `pos_embed`.
 *
 * @param count H·W
 */
export function classTokenAndPositions(width: number, count: number): Layer {
  return {
    params: (name) => [
      spec(`${name}.cls_token`, [1, 1, width], 'normal_02'),
      spec(`${name}.pos_embed`, [1, 1 + count, width], 'normal_02'),
    ],
    forward: (x, name, { ops, tokens: token }) =>
      ops.tokens(images(x, name), token(`${name}.cls_token`), token(`${name}.pos_embed`)),
  };
}

/** The class token alone: `[N, T, D]` → `[N, D]`. */
export const classToken: Layer = {
  params: () => [],
  forward: (x, name, { ops }) => ops.firstToken(tokens(x, name)),
};
