import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Ops } from './ops.js';

type Rows = (x: Tensor2D, weight: Tensor2D, bias: Tensor1D) => Tensor2D;

/** A linear layer of rows as one of tokens too: all of a batch's tokens are rows. */
export const byRows =
  (rows: Rows): Ops['linear'] =>
  <T extends Tensor>(x: T, weight: Tensor2D, bias: Tensor1D): T => {
    if (x.rank === 2) return rows(x as Tensor as Tensor2D, weight, bias) as Tensor as T;
    const flat: Tensor2D = tf.reshape(x, [-1, x.shape.at(-1)!]);
    const shape = [...x.shape.slice(0, -1), weight.shape[0]];
    const result: Tensor = tf.reshape(rows(flat, weight, bias), shape);
    return result as T;
  };

/** Pixels `[N, H, W, D]` behind a class token, with their positions. */
export function withClassToken(pixels: Tensor4D, first: Tensor3D, positions: Tensor3D): Tensor3D {
  const [n, h, w, width] = pixels.shape;
  const tokens = tf.reshape<tf.Rank.R3>(pixels, [n, h * w, width]);
  const all = tf.concat([tf.broadcastTo(first, [n, 1, width]), tokens], 1);
  return tf.add(all, positions);
}

function attention(qkv: Tensor3D, heads: number): Tensor3D {
  const [n, count, three] = qkv.shape;
  const width = three / 3;
  const [q, k, v] = [0, 1, 2].map((part) => {
    const own = tf.slice(qkv, [0, 0, part * width], [n, count, width]);
    return tf.transpose(tf.reshape(own, [n, count, heads, width / heads]), [0, 2, 1, 3]);
  }) as [Tensor4D, Tensor4D, Tensor4D];
  const likeness = tf.mul(tf.matMul(q, k, false, true), Math.sqrt(heads / width));
  const seen = tf.matMul(tf.softmax(likeness), v);
  return tf.reshape(tf.transpose(seen, [0, 2, 1, 3]), [n, count, width]);
}

function layerNorm<T extends Tensor>(x: T, weight: Tensor1D, bias: Tensor1D, epsilon: number): T {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const variance = tf.mean(tf.square(centred), -1, true);
  const normal = tf.mul(centred, tf.rsqrt(tf.add(variance, epsilon)));
  return tf.add(tf.mul(normal, weight), bias);
}

/** What transformers need, in plain tfjs-core. */
export const transformerOps: Pick<
  Ops,
  'gelu' | 'tokens' | 'firstToken' | 'layerNorm' | 'attention'
> = {
  gelu: (x) => tf.mul(x, tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5)),
  tokens: withClassToken,
  firstToken: (x): Tensor2D =>
    tf.reshape(tf.slice(x, [0, 0, 0], [-1, 1, -1]), [x.shape[0], x.shape[2]]),
  layerNorm,
  attention,
};
