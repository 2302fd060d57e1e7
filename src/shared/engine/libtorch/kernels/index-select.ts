import type {
  GatherV2Attrs,
  OneHotAttrs,
  TopKAttrs,
  UnsortedSegmentSumAttrs,
} from '@tensorflow/tfjs-core';
import { gather_util, util } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { FedshotError } from '../../../errors.js';
import { some } from '../ffi/args.js';
import { define } from '../define.js';
import type { TorchDtype } from '../backend.js';
import { scalar } from './elementwise.js';

export function defineIndexing(): void {
  define('Select', ({ condition, t, e }, _, { torch, give }) => {
    // A vector of conditions chooses rows.
    const rank = t!.shape.length;
    const rows = condition!.shape.length === 1 && rank > 1;
    const shape = rows ? [condition!.shape[0]!, ...Array<number>(rank - 1).fill(1)] : [];
    const test = rows ? torch.call('aten::reshape', condition!.handle, shape) : condition!.handle;
    return give(torch.call('aten::where.self', test, t!.handle, e!.handle), t!.dtype);
  });
  define<GatherV2Attrs>('GatherV2', ({ x, indices }, { axis, batchDims }, { torch, give }) => {
    if (batchDims)
      throw new FedshotError('engine', 'libtorch: gather has no batch dimensions here');
    const at = util.parseAxisParam(axis, x!.shape)[0]!;
    const flat = torch.call('aten::reshape', indices!.handle, [-1]);
    const rows = torch.call('aten::index_select', x!.handle, at, flat);
    const shape = [...x!.shape.slice(0, at), ...indices!.shape, ...x!.shape.slice(at + 1)];
    return give(torch.call('aten::reshape', rows, shape), x!.dtype);
  });
  define('GatherNd', ({ params, indices }, _, { torch, backend, give }) => {
    gather_util.prepareAndValidate(params as unknown as Tensor, indices as unknown as Tensor);
    const depth = indices!.shape.at(-1)!;
    const outer = params!.shape.slice(0, depth);
    const inner = params!.shape.slice(depth);
    const strides = outer.map((__, i) => util.sizeFromShape(outer.slice(i + 1)));
    const steps = backend.upload(Int32Array.from(strides), [depth], 'int32');
    const places = torch.call('aten::mul.Tensor', indices!.handle, steps);
    const index = torch.call('aten::sum.dim_IntList', places, some([-1]), false, null);
    const flat = torch.call('aten::reshape', index, [-1]);
    const table = torch.call('aten::reshape', params!.handle, [
      util.sizeFromShape(outer),
      ...inner,
    ]);
    const rows = torch.call('aten::index_select', table, 0, flat);
    const shape = [...indices!.shape.slice(0, -1), ...inner];
    return give(torch.call('aten::reshape', rows, shape), params!.dtype);
  });
  define<OneHotAttrs>('OneHot', ({ indices }, { depth, onValue, offValue, dtype }, context) => {
    const { torch, backend, give } = context;
    const type = dtype as TorchDtype;
    const classes = backend.upload(
      Int32Array.from({ length: depth }, (_, i) => i),
      [depth],
      'int32',
    );
    const column = torch.call('aten::unsqueeze', indices!.handle, -1);
    const hit = torch.call('aten::eq.Tensor', column, classes);
    const [on, off] = [scalar(context, onValue, type), scalar(context, offValue, type)];
    return give(torch.call('aten::where.self', hit, on, off), type);
  });
  // The gradient of an embedding's table is that sum: of each row's gradients, by the row's number.
  define<UnsortedSegmentSumAttrs>('UnsortedSegmentSum', (inputs, { numSegments }, context) => {
    const { x, segmentIds } = inputs;
    const { torch, give } = context;
    const [rows, ...rest] = x!.shape;
    const flat = torch.call('aten::reshape', x!.handle, [rows!, util.sizeFromShape(rest)]);
    const index = segmentIds!.handle;
    const sums = torch.call('aten::embedding_dense_backward', flat, index, numSegments, -1, false);
    return give(torch.call('aten::reshape', sums, [numSegments, ...rest]), x!.dtype);
  });
  define<TopKAttrs>('TopK', ({ x }, { k, sorted }, { torch, give }) => {
    // Leaves open which of two equal values comes first; a stable sort would take many times as long.
    const [values, index] = torch.callMany('aten::topk', 2, x!.handle, k, -1, true, sorted);
    return [give(values!, x!.dtype), give(index!, 'int32')];
  });
}
