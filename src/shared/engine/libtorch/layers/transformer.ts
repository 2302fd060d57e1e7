import * as tf from '@tensorflow/tfjs-core';
import { transformerOps, withClassToken } from '../../generic-transformer.js';
import type { Ops } from '../../ops.js';
import { define } from '../define.js';
import type { Pointer } from '../ffi/abi.js';
import { float, some } from '../ffi/args.js';
import type { Dispatcher } from '../ffi/dispatcher.js';
import {
  compute,
  defineGradient,
  gradientsAtOnce,
  libtorchBackend,
  runKernel,
} from './gradient.js';

const GELU = 'TorchGelu';
const LAYER_NORM = 'TorchLayerNorm';
const ATTENTION = 'TorchAttention';
const FLASH = 'aten::_scaled_dot_product_flash_attention_for_cpu';

function defineGelu(): void {
  define(GELU, ({ x }, _, { torch, give }) => give(torch.call('aten::gelu', x!.handle, 'none')));
  defineGradient(GELU, { inputs: ['x'] }, (dy, [x]) => ({
    x: () =>
      compute((torch) =>
        torch.call('aten::gelu_backward', libtorchBackend().data(dy).handle, x!.handle, 'none'),
      ),
  }));
}

function defineLayerNorm(): void {
  define<{ epsilon: number }>(LAYER_NORM, (inputs, { epsilon }, { torch, backend, give }) => {
    const { x, weight, bias } = inputs;
    const [y, ...statistics] = torch.callMany(
      'aten::native_layer_norm',
      3,
      x!.handle,
      weight!.shape,
      some(weight!.handle),
      some(bias!.handle),
      float(epsilon),
    );
    const info = give(y!);
    backend.data(info).aux.push(...statistics.map((handle) => torch.take(handle)));
    return info;
  });
  const save = { inputs: ['x', 'weight', 'bias'], output: true };
  defineGradient(LAYER_NORM, save, (dy, [x, weight, bias, y]) =>
    gradientsAtOnce(dy, ['x', 'weight', 'bias'], (torch) =>
      torch.callMany(
        'aten::native_layer_norm_backward',
        3,
        libtorchBackend().data(dy).handle,
        x!.handle,
        weight!.shape,
        y!.aux[0]!,
        y!.aux[1]!,
        some(weight!.handle),
        some(bias!.handle),
        [1, 1, 1],
      ),
    ),
  );
}

/** Queries, keys and values as `[N, heads, T, d]`: views of `[N, T, 3·heads·d]`. */
function byHead(torch: Dispatcher, qkv: Pointer, shape: number[], heads: number): Pointer[] {
  const [n, count, three] = shape as [number, number, number];
  const split = torch.call('aten::reshape', qkv, [n, count, 3, heads, three / 3 / heads]);
  const turned = torch.call('aten::permute', split, [2, 0, 3, 1, 4]);
  return [0, 1, 2].map((part) => torch.call('aten::select.int', turned, 0, part));
}

/** `[N, heads, T, d]` of a tensor `[N, T, heads·d]`. */
function seenByHead(torch: Dispatcher, y: Pointer, shape: number[], heads: number): Pointer {
  const [n, count, width] = shape as [number, number, number];
  const split = torch.call('aten::reshape', y, [n, count, heads, width / heads]);
  return torch.call('aten::permute', split, [0, 2, 1, 3]);
}

/** Attention that never holds the T × T weights (Dao et al. 2022); LibTorch's for CPUs. */
function defineAttention(): void {
  define<{ heads: number }>(ATTENTION, ({ qkv }, { heads }, { torch, backend, give }) => {
    const [n, count, three] = qkv!.shape as [number, number, number];
    const parts = byHead(torch, qkv!.handle, qkv!.shape, heads);
    const [seen, norms] = torch.callMany(FLASH, 2, ...parts, float(0), false, null, null);
    const inOrder = torch.call('aten::permute', seen!, [0, 2, 1, 3]);
    const info = give(torch.call('aten::reshape', inOrder, [n, count, three / 3]));
    backend.data(info).aux.push(torch.take(norms!));
    return info;
  });
  const save = { inputs: ['qkv'], output: true };
  defineGradient(ATTENTION, save, (dy, [qkv, y], { heads }: { heads: number }) => ({
    qkv: () =>
      compute((torch) => {
        const parts = byHead(torch, qkv!.handle, qkv!.shape, heads);
        const grads = torch.callMany(
          `${FLASH}_backward`,
          3,
          seenByHead(torch, libtorchBackend().data(dy).handle, dy.shape, heads),
          ...parts,
          seenByHead(torch, y!.handle, y!.shape, heads),
          y!.aux[0]!,
          float(0),
          false,
          null,
          null,
        );
        const turned = torch.call(
          'aten::permute',
          torch.call('aten::stack', grads, 0),
          [1, 3, 0, 2, 4],
        );
        return torch.call('aten::reshape', turned, qkv!.shape);
      }),
  }));
}

export function defineTransformer(): void {
  defineGelu();
  defineLayerNorm();
  defineAttention();
}

export const libtorchTransformerOps: typeof transformerOps = {
  gelu: (x) => runKernel(GELU, { x }),
  tokens: (x, first, positions) => withClassToken(tf.transpose(x, [0, 2, 3, 1]), first, positions),
  firstToken: transformerOps.firstToken,
  layerNorm: (x, weight, bias, epsilon) => runKernel(LAYER_NORM, { x, weight, bias }, { epsilon }),
  attention: ((qkv, heads) =>
    libtorchBackend().device === 'cpu'
      ? runKernel(ATTENTION, { qkv }, { heads })
      : transformerOps.attention(qkv, heads)) satisfies Ops['attention'],
};
