import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { BN_EPSILON, BN_MOMENTUM } from '../../generic.js';
import type { Ops } from '../../ops.js';
import type { TensorData } from '../backend.js';
import { float, some } from '../ffi/args.js';
import { define } from '../define.js';
import { defineGradient, libtorchBackend, runKernel, gradientsAtOnce } from './gradient.js';
import { owned } from './in-place.js';

const BATCH_NORM = 'TorchBatchNorm';
const WEIGHT_NORM = 'TorchWeightNorm';

interface BatchNormAttrs {
  train: boolean;
  epsilon: number;
}

function defineBatchNorm(): void {
  define<BatchNormAttrs>(BATCH_NORM, (inputs, { train, epsilon }, { torch, backend, give }) => {
    const { x, weight, bias, mean, variance } = inputs as Record<string, TensorData>;
    const [y, ...statistics] = torch.callMany(
      'aten::native_batch_norm',
      3,
      x!.handle,
      some(weight!.handle),
      some(bias!.handle),
      some(mean!.handle),
      some(variance!.handle),
      train,
      float(BN_MOMENTUM),
      float(epsilon),
    );
    const info = give(y!);
    backend.data(info).aux.push(...statistics.map((handle) => torch.take(handle)));
    return info;
  });
  const save = { inputs: ['x', 'weight', 'mean', 'variance'], output: true };
  defineGradient<BatchNormAttrs>(BATCH_NORM, save, (dy, saved, { train, epsilon }) => {
    const [x, weight, mean, variance, y] = saved as [
      TensorData,
      TensorData,
      TensorData,
      TensorData,
      TensorData,
    ];
    return gradientsAtOnce(dy, ['x', 'weight', 'bias'], (torch) =>
      torch.callMany(
        'aten::native_batch_norm_backward',
        3,
        libtorchBackend().data(dy).handle,
        x.handle,
        some(weight.handle),
        some(mean.handle),
        some(variance.handle),
        some(y.aux[0]!),
        some(y.aux[1]!),
        train,
        float(epsilon),
        [1, 1, 1],
      ),
    );
  });
}

function defineWeightNorm(): void {
  define(WEIGHT_NORM, ({ v, g }, _, { torch, backend, give }) => {
    const name = 'aten::_weight_norm_interface';
    const [weight, norms] = torch.callMany(name, 2, v!.handle, g!.handle, 0);
    const info = give(weight!);
    backend.data(info).aux.push(torch.take(norms!));
    return info;
  });
  defineGradient(WEIGHT_NORM, { inputs: ['v', 'g'], output: true }, (dy, [v, g, weight]) =>
    gradientsAtOnce(dy, ['v', 'g'], (torch) =>
      torch.callMany(
        'aten::_weight_norm_interface_backward',
        2,
        libtorchBackend().data(dy).handle,
        v!.handle,
        g!.handle,
        weight!.aux[0]!,
        0,
      ),
    ),
  );
}

export function defineNormalisation(): void {
  defineBatchNorm();
  defineWeightNorm();
}

export const normalisationOps: Pick<Ops, 'batchNormTrain' | 'batchNormEval' | 'weightNorm'> = {
  batchNormTrain<T extends Tensor>(
    x: T,
    weight: Tensor,
    bias: Tensor,
    mean: Variable,
    variance: Variable,
    epsilon = BN_EPSILON,
  ): T {
    const inputs = { x, weight, bias, mean: owned(mean), variance: owned(variance) };
    return runKernel(BATCH_NORM, inputs, { train: true, epsilon });
  },
  batchNormEval: (x, weight, bias, mean, variance, epsilon = BN_EPSILON) =>
    runKernel(BATCH_NORM, { x, weight, bias, mean, variance }, { train: false, epsilon }),
  weightNorm: (v, g) => runKernel(WEIGHT_NORM, { v, g }),
};
