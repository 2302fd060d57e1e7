import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Ops } from '../../ops.js';
import { some } from '../ffi/dispatcher.js';
import { define } from '../define.js';
import { compute, defineGradient, libtorchBackend, run } from './gradient.js';

const LINEAR = 'TorchLinear';
const RELU = 'TorchRelu';
const SCALE = 'TorchScaleChannels';

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
        const zero = libtorchBackend().zero();
        const positive = torch.call('aten::gt.Tensor', y!.handle, zero);
        return torch.call('aten::where.self', positive, handleOf(dy), zero);
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

export function defineDense(): void {
  defineLinear();
  defineActivations();
}

export const denseOps: Pick<
  Ops,
  | 'linear'
  | 'relu'
  | 'scaleChannels'
  | 'softmax'
  | 'logSoftmax'
  | 'images'
  | 'flatten'
  | 'gatherRows'
> = {
  // Activations stay NCHW, as in PyTorch: neither end of the network copies.
  images: (x) => x,
  flatten: (x) => tf.reshape(x, [x.shape[0], -1]),
  linear: (x, weight, bias) => run(LINEAR, { x, weight, bias }),
  relu: (x) => run(RELU, { x }),
  scaleChannels: (x, mask) => run(SCALE, { x, mask }),
  softmax: (x) => run('TorchSoftmax', { x }),
  logSoftmax: (x) => run('TorchLogSoftmax', { x }),
  gatherRows: (x, index) => tf.gather(x, index),
};
