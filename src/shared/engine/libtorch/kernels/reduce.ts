import { util } from '@tensorflow/tfjs-core';
import { some } from '../ffi/args.js';
import { define } from '../define.js';
import { asFloat } from './elementwise.js';
import type { KernelContext } from '../define.js';
import type { TensorData } from '../backend.js';

interface ReduceAttrs {
  axis?: number | number[];
  reductionIndices?: number | number[];
  keepDims?: boolean;
}

const axesOf = (x: TensorData, { axis, reductionIndices }: ReduceAttrs): number[] =>
  util.parseAxisParam(axis ?? reductionIndices ?? x.shape.map((_, i) => i), x.shape);

const copyOf = (x: TensorData, { torch }: KernelContext): bigint =>
  torch.call('aten::clone', x.handle, null);

export function defineReductions(): void {
  for (const [kernel, op] of [
    ['Sum', 'sum.dim_IntList'],
    ['Mean', 'mean.dim'],
  ] as const)
    define<ReduceAttrs>(kernel, ({ x }, attrs, context) => {
      const { torch, give } = context;
      const axes = axesOf(x!, attrs);
      const dtype = kernel === 'Mean' || x!.dtype === 'float32' ? 'float32' : 'int32';
      if (axes.length === 0) return give(copyOf(x!, context), dtype);
      const as = some(torch.api.dtypes[dtype]);
      return give(
        torch.call(`aten::${op}`, x!.handle, some(axes), attrs.keepDims ?? false, as),
        dtype,
      );
    });
  for (const [kernel, op] of [
    ['Max', 'amax'],
    ['Min', 'amin'],
  ] as const)
    define<ReduceAttrs>(kernel, ({ x }, attrs, context) => {
      const axes = axesOf(x!, attrs);
      if (axes.length === 0) return context.give(copyOf(x!, context), x!.dtype);
      const keep = attrs.keepDims ?? false;
      return context.give(context.torch.call(`aten::${op}`, x!.handle, axes, keep), x!.dtype);
    });
  for (const [kernel, op] of [
    ['All', 'all.dim'],
    ['Any', 'any.dim'],
    ['Prod', 'prod.dim_int'],
  ] as const)
    define<ReduceAttrs>(kernel, ({ x }, attrs, { torch, give }) => {
      const dtype = kernel !== 'Prod' ? 'bool' : x!.dtype === 'float32' ? 'float32' : 'int32';
      const more = kernel === 'Prod' ? [some(torch.api.dtypes[dtype])] : [];
      const down = axesOf(x!, attrs).sort((a, b) => b - a);
      const result = down.reduce(
        (t, axis) => torch.call(`aten::${op}`, t, axis, attrs.keepDims ?? false, ...more),
        torch.call('aten::clone', x!.handle, null),
      );
      return give(result, dtype);
    });
  for (const [kernel, op] of [
    ['ArgMax', 'argmax'],
    ['ArgMin', 'argmin'],
  ] as const)
    define<{ axis: number }>(kernel, ({ x }, attrs, context) => {
      const [axis] = axesOf(x!, attrs);
      const values = x!.dtype === 'bool' ? asFloat(x!, context) : x!.handle;
      return context.give(context.torch.call(`aten::${op}`, values, some(axis!), false), 'int32');
    });
  for (const [kernel, op] of [
    ['Cumsum', 'cumsum'],
    ['Cumprod', 'cumprod'],
  ] as const)
    define<{ axis: number; exclusive: boolean; reverse: boolean }>(
      kernel,
      ({ x }, { axis, exclusive, reverse }, { torch, give }) => {
        const flip = (t: bigint): bigint => (reverse ? torch.call('aten::flip', t, [axis]) : t);
        let result = torch.call(`aten::${op}`, flip(x!.handle), axis, null);
        if (exclusive) {
          // Everything moves up one place; the first is the empty sum or product.
          const length = x!.shape.at(axis)!;
          const first = torch.call(
            'aten::narrow',
            torch.call('aten::clone', result, null),
            axis,
            0,
            1,
          );
          const value = kernel === 'Cumsum' ? 0 : 1;
          torch.directVoid(`fill with ${value}`, (_, h) => torch.api.fill(h, value), first);
          const others = torch.call('aten::narrow', result, axis, 0, length - 1);
          result = torch.call('aten::cat', [first, others], axis);
        }
        return give(flip(result), x!.dtype);
      },
    );
}
