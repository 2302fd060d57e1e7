import type { Ops } from '../../ops.js';
import { some } from '../ffi/args.js';
import { define, type KernelContext } from '../define.js';
import type { Pointer } from '../ffi/abi.js';
import { defineGradient, libtorchBackend, runKernel, gradientsAtOnce } from './gradient.js';

const CONVOLUTION = 'TorchConvolution';
const MAX_POOL = 'TorchMaxPool';

interface ConvolutionAttrs {
  stride: number;
  padding: number;
}

/** Stride, padding, dilation, transposed, output padding, groups: how ATen takes a convolution. */
const geometry = ({ stride, padding }: ConvolutionAttrs) =>
  [[stride, stride], [padding, padding], [1, 1], false, [0, 0], 1] as const;

/** A filter in the layout of the activations, which ATen would else make anew for each gradient. */
const packed = (filter: Pointer, { torch, backend }: KernelContext): Pointer =>
  backend.device === 'cpu'
    ? torch.call('aten::contiguous', filter, torch.api.memoryFormats.channelsLast)
    : filter;

function defineConvolution(): void {
  define<ConvolutionAttrs>(CONVOLUTION, ({ x, weight, bias }, attrs, context) => {
    const { torch, backend, give } = context;
    const filter = packed(weight!.handle, context);
    const name = 'aten::convolution';
    const y = give(torch.call(name, x!.handle, filter, some(bias!.handle), ...geometry(attrs)));
    if (filter !== weight!.handle) backend.data(y).aux.push(torch.take(filter));
    return y;
  });
  const save = { inputs: ['x', 'weight'], output: true };
  defineGradient<ConvolutionAttrs>(CONVOLUTION, save, (dy, [x, weight, y], attrs) => {
    const grad = libtorchBackend().data(dy).handle;
    const filter = y!.aux[0] ?? weight!.handle;
    // Asked for apart: the first layer's images need no gradient.
    const part = (names: string[], mask: number[], pick: number[]) =>
      gradientsAtOnce(dy, names, (torch) => {
        const sizes = some([weight!.shape[0]!]);
        const all = torch.callMany(
          'aten::convolution_backward',
          3,
          grad,
          x!.handle,
          filter,
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
  defineGradient<{ size: number }>(
    MAX_POOL,
    { inputs: ['x'], output: true },
    (dy, [x, y], { size }) =>
      gradientsAtOnce(dy, ['x'], (torch) => [
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
    runKernel(CONVOLUTION, { x, weight, bias }, { stride, padding }),
  maxPool2d: (x, size) => runKernel(MAX_POOL, { x }, { size }),
};
