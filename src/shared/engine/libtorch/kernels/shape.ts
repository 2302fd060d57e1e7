import { backend_util, slice_util, util } from '@tensorflow/tfjs-core';
import type {
  PackAttrs,
  PadV2Attrs,
  ReverseAttrs,
  SliceAttrs,
  SplitVAttrs,
  StridedSliceAttrs,
  Tensor,
  TileAttrs,
  TransposeAttrs,
  UnpackAttrs,
} from '@tensorflow/tfjs-core';
import { some } from '../ffi/args.js';
import type { Dispatcher } from '../ffi/dispatcher.js';
import { define } from '../define.js';

/** The part `[start, end)` of one axis, a view. */
const cut = (torch: Dispatcher, t: bigint, axis: number, start: number, end: number, step = 1) =>
  torch.call('aten::slice.Tensor', t, axis, some(start), some(end), step);

function defineViews(): void {
  define('Identity', ({ x }, _, { backend }) => {
    backend.incRef(x!);
    return { dataId: x!, shape: x!.shape, dtype: x!.dtype };
  });
  define<{ shape: number[] }>('Reshape', ({ x }, { shape }, { torch, give }) => {
    const size = util.sizeFromShape(x!.shape);
    const inferred = util.inferFromImplicitShape(shape, size);
    return give(torch.call('aten::reshape', x!.handle, inferred), x!.dtype, x);
  });
  define<{ dim: number }>('ExpandDims', ({ input }, { dim }, { torch, give }) =>
    give(torch.call('aten::unsqueeze', input!.handle, dim), input!.dtype, input),
  );
  define<TransposeAttrs>('Transpose', ({ x }, { perm }, { torch, give }) =>
    give(torch.call('aten::permute', x!.handle, perm), x!.dtype, x),
  );
  define<SliceAttrs>('Slice', ({ x }, { begin, size }, { torch, give }) => {
    const info = x as unknown as Tensor;
    const [starts, sizes] = slice_util.parseSliceParams(info, begin, size);
    slice_util.assertParamsValid(info, starts!, sizes!);
    const view = x!.shape.reduce(
      (t, length, axis) =>
        sizes![axis] === length
          ? t
          : cut(torch, t, axis, starts![axis]!, starts![axis]! + sizes![axis]!),
      torch.share(x!.handle),
    );
    return give(view, x!.dtype, x);
  });
  define<StridedSliceAttrs>('StridedSlice', ({ x }, a, { torch, give }) => {
    const { begin, end, strides, finalShape } = slice_util.sliceInfo(
      x!.shape,
      a.begin,
      a.end,
      a.strides,
      a.beginMask,
      a.endMask,
      a.ellipsisMask,
      a.newAxisMask,
      a.shrinkAxisMask,
    );
    const part = x!.shape.reduce((t, length, axis) => {
      const [from, to, step] = [begin[axis]!, end[axis]!, strides[axis]!];
      if (step > 0) return cut(torch, t, axis, from, Math.max(from, to), step);
      const flipped = torch.call('aten::flip', t, [axis]);
      const start = length - 1 - from;
      return cut(torch, flipped, axis, start, Math.max(start, length - 1 - to), -step);
    }, torch.share(x!.handle));
    return give(torch.call('aten::reshape', part, finalShape), x!.dtype, x);
  });
  define<SplitVAttrs>('SplitV', ({ x }, { numOrSizeSplits, axis }, { torch, give }) => {
    const at = util.parseAxisParam(axis, x!.shape)[0]!;
    const sizes = backend_util.prepareSplitSize(x as unknown as Tensor, numOrSizeSplits, at);
    let start = 0;
    return sizes.map((size) => {
      start += size;
      return give(cut(torch, x!.handle, at, start - size, start), x!.dtype, x);
    });
  });
  define<UnpackAttrs>('Unpack', ({ value }, { axis }, { torch, give }) => {
    const at = util.parseAxisParam(axis, value!.shape)[0]!;
    return Array.from({ length: value!.shape[at]! }, (_, i) =>
      give(torch.call('aten::select.int', value!.handle, at, i), value!.dtype, value),
    );
  });
}

function defineCopies(): void {
  define<{ axis: number }>('Concat', (inputs, { axis }, { torch, give }) => {
    const all = Object.values(inputs);
    const at = util.parseAxisParam(axis, all[0]!.shape)[0]!;
    const handles = all.map(({ handle }) => handle);
    return give(torch.call('aten::cat', handles, at), all[0]!.dtype);
  });
  define<PackAttrs>('Pack', (inputs, { axis }, { torch, give }) => {
    const all = Object.values(inputs);
    for (const { dtype } of all) util.assert(dtype === all[0]!.dtype, () => 'stack: other dtypes');
    const handles = all.map(({ handle }) => handle);
    return give(torch.call('aten::stack', handles, axis), all[0]!.dtype);
  });
  define<TileAttrs>('Tile', ({ x }, { reps }, { torch, give }) => {
    // tfjs-core broadcasts by it: there, a view made contiguous takes a fifth of `repeat`'s time.
    if (!x!.shape.every((size, i) => size === 1 || reps[i] === 1))
      return give(torch.call('aten::repeat', x!.handle, reps), x!.dtype);
    const shape = x!.shape.map((size, i) => size * reps[i]!);
    const view = torch.call('aten::expand', x!.handle, shape, false);
    return give(torch.call('aten::contiguous', view, 0), x!.dtype, x);
  });
  define<{ shape: number[] }>('BroadcastTo', ({ x }, { shape }, { torch, give }) => {
    const view = torch.call('aten::expand', x!.handle, shape, false);
    return give(torch.call('aten::contiguous', view, 0), x!.dtype, x);
  });
  define<ReverseAttrs>('Reverse', ({ x }, { dims }, { torch, give }) =>
    give(torch.call('aten::flip', x!.handle, util.parseAxisParam(dims, x!.shape)), x!.dtype),
  );
  define<PadV2Attrs>('PadV2', ({ x }, { paddings, constantValue }, { torch, give }) => {
    const pads = BigInt64Array.from([...paddings].reverse().flat(), BigInt);
    const value = Float64Array.of(constantValue);
    return give(
      torch.direct(
        `pad by ${pads.join()} with ${constantValue}`,
        (out, h) => torch.api.pad(h, pads, pads.length, 'constant', value, out),
        x!.handle,
      ),
      x!.dtype,
    );
  });
}

export function defineShapes(): void {
  defineViews();
  defineCopies();
}
