import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Activation, Ops, Padding } from '../../ops.js';
import { some } from '../ffi/args.js';
import { define, type KernelContext } from '../define.js';
import type { Pointer } from '../ffi/abi.js';
import { defineGradient, libtorchBackend, runKernel, gradientsAtOnce } from './gradient.js';

const CONVOLUTION = 'TorchConvolution';
const MAX_POOL = 'TorchMaxPool';

interface ConvolutionAttrs {
  stride: number;
  padding: [number, number];
  groups: number;
}

/** Stride, padding, dilation, transposed, output padding, groups: how ATen takes a convolution. */
const geometry = ({ stride, padding, groups }: ConvolutionAttrs) =>
  [[stride, stride], padding, [1, 1], false, [0, 0], groups] as const;

/** A filter in the layout of the activations, which ATen would else make anew for each gradient. */
const packed = (filter: Pointer, { torch, backend }: KernelContext): Pointer =>
  backend.channelsLast
    ? torch.call('aten::contiguous', filter, torch.api.memoryFormats.channelsLast)
    : filter;

function defineConvolution(): void {
  define<ConvolutionAttrs>(CONVOLUTION, ({ x, weight, bias }, attrs, context) => {
    const { torch, backend, give } = context;
    const filter = packed(weight!.handle, context);
    const optional = bias ? some(bias.handle) : null;
    const y = give(
      torch.call('aten::convolution', x!.handle, filter, optional, ...geometry(attrs)),
    );
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

interface PoolAttrs {
  size: number;
  stride: number;
  padding: number;
}

function defineMaxPool(): void {
  const windows = ({ size, stride, padding }: PoolAttrs) =>
    [[size, size], [stride, stride], [padding, padding], [1, 1], false] as const;
  define<PoolAttrs>(MAX_POOL, ({ x }, attrs, { torch, backend, give }) => {
    const name = 'aten::max_pool2d_with_indices';
    const [y, indices] = torch.callMany(name, 2, x!.handle, ...windows(attrs));
    const info = give(y!);
    backend.data(info).aux.push(torch.take(indices!));
    return info;
  });
  const save = { inputs: ['x'], output: true };
  defineGradient<PoolAttrs>(MAX_POOL, save, (dy, [x, y], attrs) =>
    gradientsAtOnce(dy, ['x'], (torch) => [
      torch.call(
        'aten::max_pool2d_with_indices_backward',
        libtorchBackend().data(dy).handle,
        x!.handle,
        ...windows(attrs),
        y!.aux[0]!,
      ),
    ]),
  );
}

export function defineImageLayers(): void {
  defineConvolution();
  defineMaxPool();
}

/** What "same" puts before and behind a side (TensorFlow's rule). */
function sides(length: number, kernel: number, stride: number): [before: number, behind: number] {
  const all = Math.max(0, (Math.ceil(length / stride) - 1) * stride + kernel - length);
  return [Math.floor(all / 2), Math.ceil(all / 2)];
}

/** An image as far padded as ATen cannot do by itself, and the padding that it can. */
function padded(
  x: Activation,
  { shape: [, , kh, kw] }: Tensor4D,
  stride: number,
  padding: Padding,
): [Activation, [number, number]] {
  if (padding !== 'same') return [x, [padding, padding]];
  const [rows, columns] = [sides(x.shape[2], kh, stride), sides(x.shape[3], kw, stride)];
  if (rows[0] === rows[1] && columns[0] === columns[1]) return [x, [rows[0], columns[0]]];
  return [tf.pad(x, [[0, 0], [0, 0], rows, columns]), [0, 0]];
}

function convolve(
  x: Activation,
  parameters: { weight: Tensor4D; bias?: tf.Tensor1D },
  { padding, ...attrs }: { stride: number; padding: Padding; groups: number },
): Activation {
  const [image, inner] = padded(x, parameters.weight, attrs.stride, padding);
  return runKernel(CONVOLUTION, { x: image, ...parameters }, { ...attrs, padding: inner });
}

export const imageOps: Pick<Ops, 'conv2d' | 'depthwiseConv2d' | 'maxPool2d'> = {
  conv2d: (x, weight, bias, stride, padding) =>
    convolve(x, bias ? { weight, bias } : { weight }, { stride, padding, groups: 1 }),
  depthwiseConv2d: (x, weight, stride, padding) =>
    convolve(x, { weight }, { stride, padding, groups: weight.shape[0] }),
  maxPool2d: (x, size, stride = size, padding = 0) =>
    runKernel(MAX_POOL, { x }, { size, stride, padding }),
};
