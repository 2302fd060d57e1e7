import { FedshotError } from '../../errors.js';
import type { Layer } from './layer.js';

/** `nn.Sequential`: layer k is named `prefix.k`, as in PyTorch's state dicts. */
export function sequential(...layers: Layer[]): Layer {
  return inOrder(layers.map((layer, k) => [`.${k}`, layer]));
}

/** A module whose layers have names of their own, applied in order. */
export function named(layers: Record<string, Layer>): Layer {
  return inOrder(Object.entries(layers).map(([name, layer]) => [`.${name}`, layer]));
}

/**
 * Layers in order that all stand under the block's own name: for blocks that name their parts. A dropout
 * draws by its name, so give each one its own (`named`, `sequential`): two of one name drop the same units.
 */
export function chain(...layers: Layer[]): Layer {
  return inOrder(layers.map((layer) => ['', layer]));
}

/**
 * `main(x) + shortcut(x)` (He et al. 2016, eq. 1 and 2); without a shortcut `x` itself is added. Both
 * stand under the block's own name, as in torchvision's blocks: `layer1.0.conv1`,
 * `layer1.0.downsample.0`.
 *
 * @throws FedshotError `model`, naming the layer, where the two are of different shapes
 */
export function residual(main: Layer, shortcut?: Layer): Layer {
  return {
    params: (name) => [...main.params(name), ...(shortcut?.params(name) ?? [])],
    forward: (x, name, context) => {
      const long = main.forward(x, name, context);
      const short = shortcut ? shortcut.forward(x, name, context) : x;
      if (long.shape.join() !== short.shape.join())
        throw new FedshotError(
          'model',
          `block ${name} adds [${long.shape.join()}] to [${short.shape.join()}]`,
          { hint: 'the shortcut needs the stride and the channels of the main branch' },
        );
      return context.ops.add(long, short);
    },
  };
}

/** @param layers each with what it is called behind the block's name */
function inOrder(layers: [suffix: string, layer: Layer][]): Layer {
  return {
    params: (name) => layers.flatMap(([suffix, layer]) => layer.params(name + suffix)),
    forward: (x, name, context) => {
      let h = x;
      for (const [suffix, layer] of layers) {
        const next = context.scope(() => layer.forward(h, name + suffix, context));
        // A gradient keeps what it needs by itself; nobody else asks for what lies between two layers.
        if (h !== x && h !== next) h.dispose();
        h = next;
      }
      return h;
    },
  };
}
