import { images, rows, type Layer, type ParamSpec } from './layer.js';

/** Layers without parameters. */
const none = (): ParamSpec[] => [];

/** max(x, 0). */
export const relu: Layer = { params: none, forward: (x, _, { ops }) => ops.relu(x) };

/** min(max(x, 0), 6): of networks that are made for few bits. */
export const relu6: Layer = { params: none, forward: (x, _, { ops }) => ops.relu6(x) };

/** x·Φ(x) by the error function, as `nn.GELU()`. */
export const gelu: Layer = { params: none, forward: (x, _, { ops }) => ops.gelu(x) };

/** Mean of each channel: `[N, C, H, W]` → `[N, C]`. */
export const globalAveragePool: Layer = {
  params: none,
  forward: (x, name, { ops }) => ops.globalAveragePool(images(x, name)),
};

/** `[N, C, H, W]` → `[N, C·H·W]`; rows stay as they are. */
export const flatten: Layer = {
  params: none,
  forward: (x, name, { ops }) => (x.rank === 2 ? x : ops.flatten(images(x, name))),
};

/**
 * The largest of each `size × size` window; what is left over at the edge is dropped.
 * @param stride from one window to the next; `size` unless said
 */
export function maxPool2d(size: number, stride = size, padding = 0): Layer {
  return {
    params: none,
    forward: (x, name, { ops }) => ops.maxPool2d(images(x, name), size, stride, padding),
  };
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
