import type { Ops } from '../../ops.js';
import { some } from '../ffi/dispatcher.js';
import { define } from '../define.js';
import { defineGradient, libtorchBackend, run, together } from './gradient.js';

const CONVOLUTION = 'TorchConvolution';
const MAX_POOL = 'TorchMaxPool';

interface ConvolutionAttrs {
  stride: number;
  padding: number;
}

/** Stride, padding, dilation, transposed, output padding, groups: how ATen takes a convolution. */
const geometry = ({ stride, padding }: ConvolutionAttrs) =>
  [[stride, stride], [padding, padding], [1, 1], false, [0, 0], 1] as const;

function defineConvolution(): void {
  define<ConvolutionAttrs>(CONVOLUTION, ({ x, weight, bias }, attrs, { torch, give }) => {
    const [image, filter] = [x!.handle, weight!.handle];
    return give(
      torch.call('aten::convolution', image, filter, some(bias!.handle), ...geometry(attrs)),
    );
  });
  defineGradient(CONVOLUTION, { inputs: ['x', 'weight'] }, (dy, [x, weight], attrs) => {
    const grad = libtorchBackend().data(dy).handle;
    // Asked for apart: the first layer's images need no gradient.
    const part = (names: string[], mask: number[], pick: number[]) =>
      together(dy, names, (torch) => {
        const sizes = some([weight!.shape[0]!]);
        const all = torch.callMany(
          'aten::convolution_backward',
          3,
          grad,
          x!.handle,
          weight!.handle,
          sizes,
          ...geometry(attrs),
          mask,
        );
        return pick.map((i) => all[i]!);
      });
    return {
      ...part(['x'], [1, 0, 0], [0]),
      ...part(['weight', 'bias'], [0, 1, 1], [1, 2]),
    };
  });
}

function defineMaxPool(): void {
  const windows = (size: number) => [[size, size], [size, size], [0, 0], [1, 1], false] as const;
  define<{ size: number }>(MAX_POOL, ({ x }, { size }, { torch, backend, give }) => {
    const name = 'aten::max_pool2d_with_indices';
    const [y, indices] = torch.callMany(name, 2, x!.handle, ...windows(size));
    const info = give(y!);
    backend.data(info).aux.push(torch.take(indices!));
    return info;
  });
  defineGradient(MAX_POOL, { inputs: ['x'], output: true }, (dy, [x, y], { size }) =>
    together(dy, ['x'], (torch) => [
      torch.call(
        'aten::max_pool2d_with_indices_backward',
        libtorchBackend().data(dy).handle,
        x!.handle,
        ...windows(size),
        y!.aux[0]!,
      ),
    ]),
  );
}

export function defineImageLayers(): void {
  defineConvolution();
  defineMaxPool();
}

export const imageOps: Pick<Ops, 'conv2d' | 'maxPool2d'> = {
  conv2d: (x, weight, bias, stride, padding) =>
    run(CONVOLUTION, { x, weight, bias }, { stride, padding }),
  maxPool2d: (x, size) => run(MAX_POOL, { x }, { size }),
};
