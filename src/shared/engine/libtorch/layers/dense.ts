import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { byRows } from '../../generic-transformer.js';
import type { Ops } from '../../ops.js';
import { some } from '../ffi/args.js';
import { define } from '../define.js';
import { compute, defineGradient, libtorchBackend, runKernel } from './gradient.js';

const LINEAR = 'TorchLinear';
const IMAGES = 'TorchImages';
const RELU = 'TorchRelu';
const RELU6 = 'TorchRelu6';
const SCALE = 'TorchScaleChannels';
const AVERAGE = 'TorchGlobalAverage';

const handleOf = (t: Tensor): bigint => libtorchBackend().data(t).handle;

function defineLinear(): void {
  define(LINEAR, ({ x, weight, bias }, _, { torch, give }) =>
    give(torch.call('aten::linear', x!.handle, weight!.handle, some(bias!.handle))),
  );
  defineGradient(LINEAR, { inputs: ['x', 'weight'] }, (dy, [x, weight]) => ({
    x: () => compute((torch) => torch.call('aten::mm', handleOf(dy), weight!.handle)),
    weight: () =>
      compute((torch) => torch.call('aten::mm', torch.call('aten::t', handleOf(dy)), x!.handle)),
    bias: () =>
      compute((torch) => torch.call('aten::sum.dim_IntList', handleOf(dy), some([0]), false, null)),
  }));
}

function defineActivations(): void {
  define(RELU, ({ x }, _, { torch, give }) => give(torch.call('aten::relu', x!.handle)));
  defineGradient(RELU, { output: true }, (dy, [y]) => ({
    x: () =>
      compute((torch) => {
        // `threshold_backward` cannot be dispatched; this is the next best in passes over memory.
        const mask = torch.call('aten::empty_like', y!.handle, null, null, null, null, null);
        torch.call('aten::gt.Tensor_out', y!.handle, libtorchBackend().zero(), mask);
        return torch.call('aten::mul_.Tensor', mask, handleOf(dy));
      }),
  }));
  define(RELU6, ({ x }, _, { torch, give }) => give(torch.call('aten::relu6', x!.handle)));
  defineGradient(RELU6, { output: true }, (dy, [y]) => ({
    x: () =>
      compute((torch) => {
        // `hardtanh_backward` cannot be dispatched either.
        const six = libtorchBackend().upload(Float32Array.of(6), [], 'float32');
        const [above, below] = [0, 1].map(() =>
          torch.call('aten::empty_like', y!.handle, null, null, null, null, null),
        ) as [bigint, bigint];
        torch.call('aten::gt.Tensor_out', y!.handle, libtorchBackend().zero(), above);
        torch.call('aten::lt.Tensor_out', y!.handle, six, below);
        return torch.call(
          'aten::mul_.Tensor',
          torch.call('aten::mul_.Tensor', above, handleOf(dy)),
          below,
        );
      }),
  }));
  define(SCALE, ({ x, mask }, _, { torch, give }) => {
    const perChannel = torch.call('aten::reshape', mask!.handle, [...mask!.shape, 1, 1]);
    return give(torch.call('aten::mul.Tensor', x!.handle, perChannel));
  });
  defineGradient(SCALE, { inputs: ['mask'] }, (dy, [mask]) => ({
    x: () =>
      compute((torch) => {
        const perChannel = torch.call('aten::reshape', mask!.handle, [...mask!.shape, 1, 1]);
        return torch.call('aten::mul.Tensor', handleOf(dy), perChannel);
      }),
  }));
  for (const [kernel, name] of Object.entries(SOFTMAX)) {
    define(kernel, ({ x }, _, { torch, give }) =>
      give(torch.call(`aten::${name}`, x!.handle, -1, false)),
    );
    defineGradient(kernel, { output: true }, (dy, [y]) => ({
      x: () =>
        compute((torch) => {
          const float32 = torch.api.dtypes.float32;
          return torch.call(`aten::${name}_backward_data`, handleOf(dy), y!.handle, -1, float32);
        }),
    }));
  }
}

const SOFTMAX = { TorchSoftmax: '_softmax', TorchLogSoftmax: '_log_softmax' };

/**
 * Images in the memory layout that convolutions and pooling are fastest in: channels last on a CPU
 * (half the time of PyTorch's default there), PyTorch's default on CUDA. Shapes stay NCHW either way.
 */
function defineImages(): void {
  define(IMAGES, ({ x }, _, { torch, backend, give }) => {
    const [n, c, h, w] = x!.shape as [number, number, number, number];
    if (!backend.channelsLast)
      return give(torch.call('aten::contiguous', x!.handle, 0), x!.dtype, x);
    const { channelsLast } = torch.api.memoryFormats;
    const packed = torch.call('aten::contiguous', x!.handle, channelsLast);
    // One channel fits both layouts; the strides have to say which is meant.
    if (c > 1) return give(packed, x!.dtype, x);
    const strides = [h * w, 1, w, 1];
    return give(torch.call('aten::as_strided', packed, [n, c, h, w], strides, null), x!.dtype, x);
  });
  tf.registerGradient({
    kernelName: IMAGES,
    gradFunc: (dy) => ({ x: () => tf.clone(dy as Tensor) }),
  });
}

interface Area {
  height: number;
  width: number;
}

function defineGlobalAverage(): void {
  define(AVERAGE, ({ x }, _, { torch, give }) =>
    give(torch.call('aten::mean.dim', x!.handle, some([2, 3]), false, null)),
  );
  defineGradient(AVERAGE, {}, (dy, _, { height, width }: Area) => ({
    x: () =>
      compute((torch) => {
        const [n, c] = dy.shape as [number, number];
        const part = 1 / (height * width);
        const each = torch.direct(
          `multiply by ${part}`,
          (out, h) => torch.api.mulScalar(h, part, out),
          torch.call('aten::reshape', handleOf(dy), [n, c, 1, 1]),
        );
        const { channelsLast, contiguous } = torch.api.memoryFormats;
        const wide = torch.call('aten::expand', each, [n, c, height, width], false);
        const format = libtorchBackend().channelsLast ? channelsLast : contiguous;
        return torch.call('aten::contiguous', wide, format);
      }),
  }));
}

export function defineDense(): void {
  defineImages();
  defineGlobalAverage();
  defineLinear();
  defineActivations();
}

export const denseOps: Pick<
  Ops,
  | 'linear'
  | 'relu'
  | 'relu6'
  | 'globalAveragePool'
  | 'scale'
  | 'add'
  | 'mul'
  | 'scaleChannels'
  | 'softmax'
  | 'logSoftmax'
  | 'images'
  | 'flatten'
  | 'gatherRows'
> = {
  images: (x) => runKernel(IMAGES, { x }),
  flatten: (x) => tf.reshape(x, [x.shape[0], -1]),
  linear: byRows((x, weight, bias) => runKernel(LINEAR, { x, weight, bias })),
  relu: (x) => runKernel(RELU, { x }),
  relu6: (x) => runKernel(RELU6, { x }),
  globalAveragePool: (x) => runKernel(AVERAGE, { x }, { height: x.shape[2], width: x.shape[3] }),
  scale: (x, factors) => tf.mul(x, factors),
  add: (a, b) => tf.add(a, b),
  mul: (a, b) => tf.mul(a, b),
  scaleChannels: (x, mask) => runKernel(SCALE, { x, mask }),
  softmax: (x) => runKernel('TorchSoftmax', { x }),
  logSoftmax: (x) => runKernel('TorchLogSoftmax', { x }),
  gatherRows: (x, index) => tf.gather(x, index),
};
