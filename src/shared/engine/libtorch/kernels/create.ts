import type { CastAttrs, FillAttrs, LinSpaceAttrs, RangeAttrs } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';
import { define } from '../define.js';
import type { KernelContext } from '../define.js';
import { supported } from '../backend.js';
import type { TorchDtype, TorchInfo } from '../backend.js';

/** A new tensor, every element `value`. */
function filled(
  { torch, backend, give }: KernelContext,
  shape: number[],
  dtype: TorchDtype,
  value: number,
): TorchInfo {
  const handle = backend.upload(null, shape, dtype);
  torch.directVoid(`fill with ${value}`, (_, h) => torch.api.fill(h, value), handle);
  return give(handle, dtype);
}

export function defineCreation(): void {
  define<FillAttrs>('Fill', (_, { shape, value, dtype }, context) =>
    filled(context, shape, supported(dtype ?? util.inferDtype(value)), Number(value)),
  );
  define('ZerosLike', ({ x }, _, context) => filled(context, x!.shape, x!.dtype, 0));
  define('OnesLike', ({ x }, _, context) => filled(context, x!.shape, x!.dtype, 1));
  define<RangeAttrs>('Range', (_, attrs, { backend, give }) => {
    const { start, stop } = attrs;
    const step = stop < start && attrs.step === 1 ? -1 : attrs.step; // tfjs-core's rule
    const length = Math.max(0, Math.ceil((stop - start) / step));
    const values = Array.from({ length }, (__, i) => start + i * step);
    const dtype = attrs.dtype === 'int32' ? 'int32' : 'float32';
    const typed = dtype === 'int32' ? Int32Array.from(values) : Float32Array.from(values);
    return give(backend.upload(typed, [length], dtype), dtype);
  });
  define<LinSpaceAttrs>('LinSpace', (_, { start, stop, num }, { backend, give }) => {
    const step = (stop - start) / (num - 1);
    const values = Float32Array.from({ length: num }, (__, i) => start + i * (num > 1 ? step : 0));
    return give(backend.upload(values, [num], 'float32'));
  });
  define<CastAttrs>('Cast', ({ x }, { dtype }, { torch, give }) => {
    const to = supported(dtype);
    return give(
      torch.call('aten::to.dtype', x!.handle, torch.api.dtypes[to], false, true, null),
      to,
    );
  });
}
