import { images, rows, type Layer, type ParamSpec } from './layer.js';

/** Layers without parameters. */
const none = (): ParamSpec[] => [];

/** max(x, 0). */
export const relu: Layer = { params: none, forward: (x, _, { ops }) => ops.relu(x) };

/** `[N, C, H, W]` → `[N, C·H·W]`; rows stay as they are. */
export const flatten: Layer = {
  params: none,
  forward: (x, name, { ops }) => (x.rank === 2 ? x : ops.flatten(images(x, name))),
};

/** The largest of each `size × size` window; what is left over at the edge is dropped. */
export function maxPool2d(size: number): Layer {
  return { params: none, forward: (x, name, { ops }) => ops.maxPool2d(images(x, name), size) };
}

/** Drops whole channels (`[N, C, H, W]` logically); its mask needs the channel count. */
export function dropout2d(channels: number, rate: number): Layer {
  return {
    params: none,
    forward: (x, name, { ops, mask, train }) => {
      const m = train ? mask(name, x.shape[0], channels, rate) : undefined;
      return m ? ops.scaleChannels(images(x, name), m) : x;
    },
  };
}

/** Drops single features of rows `[N, D]`. */
export function dropout(rate: number): Layer {
  return {
    params: none,
    forward: (x, name, { ops, mask, train }) => {
      const [n, width] = rows(x, name).shape;
      const m = train ? mask(name, n, width, rate) : undefined;
      return m ? ops.mul(x, m) : x;
    },
  };
}
