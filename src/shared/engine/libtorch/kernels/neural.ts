import { backend_util } from '@tensorflow/tfjs-core';
import type {
  BatchMatMulAttrs,
  Conv2DAttrs,
  Conv2DBackpropFilterAttrs,
  Conv2DBackpropInputAttrs,
  MaxPoolAttrs,
} from '@tensorflow/tfjs-core';
import { FedshotError } from '../../../errors.js';
import { define } from '../define.js';
import type { KernelContext } from '../define.js';
import type { TensorData } from '../backend.js';
import type { Arg } from '../ffi/args.js';

type Shape4 = [number, number, number, number];
type ConvAttrs = Pick<Conv2DAttrs, 'strides' | 'pad' | 'dimRoundingMode'> & { dataFormat?: string };

/** NHWC → NCHW, HWIO → OIHW and their inverses are views: ATen sees `channels_last` memory. */
const NHWC_TO_NCHW = [0, 3, 1, 2];
const NCHW_TO_NHWC = [0, 2, 3, 1];
const HWIO_TO_OIHW = [3, 2, 0, 1];
const OIHW_TO_HWIO = [2, 3, 1, 0];

const permute = ({ torch }: KernelContext, handle: bigint, order: number[]): bigint =>
  torch.call('aten::permute', handle, order);

/** Pads an NCHW image with `value` by the amounts that tfjs-core computed (TensorFlow's are uneven). */
function padded(
  { torch }: KernelContext,
  image: bigint,
  { top, bottom, left, right }: backend_util.PadInfo,
  value = 0,
): bigint {
  if (!top && !bottom && !left && !right) return image;
  const pads = BigInt64Array.from([left, right, top, bottom], BigInt);
  return torch.direct(
    `pad by ${pads.join()} with ${value}`,
    (out, h) => torch.api.pad(h, pads, 4, 'constant', Float64Array.of(value), out),
    image,
  );
}

function convInfo(x: number[], filter: number[], attrs: ConvAttrs, dilations: [number, number]) {
  if ((attrs.dataFormat ?? 'NHWC') !== 'NHWC')
    throw new FedshotError('engine', 'libtorch: only NHWC convolutions are supported');
  const { strides, pad, dimRoundingMode } = attrs;
  const shapes = [x as Shape4, filter as Shape4] as const;
  return backend_util.computeConv2DInfo(...shapes, strides, dilations, pad, dimRoundingMode);
}

function convolutionBackward(
  context: KernelContext,
  tensors: { dy: bigint; image: bigint; filter: bigint },
  info: backend_util.Conv2DInfo,
  mask: number[],
): bigint[] {
  const { dy, image, filter } = tensors;
  const stride = [info.strideHeight, info.strideWidth];
  const args: Arg[] = [null, stride, [0, 0], [1, 1], false, [0, 0], 1, mask];
  return context.torch.callMany('aten::convolution_backward', 3, dy, image, filter, ...args);
}

function defineConvolutions(): void {
  define<Conv2DAttrs>('Conv2D', ({ x, filter }, attrs, context) => {
    const [dh, dw] = [attrs.dilations].flat() as [number, number?];
    const dilation: [number, number] = [dh, dw ?? dh];
    const info = convInfo(x!.shape, filter!.shape, attrs, dilation);
    const image = padded(context, permute(context, x!.handle, NHWC_TO_NCHW), info.padInfo);
    const kernel = permute(context, filter!.handle, HWIO_TO_OIHW);
    const stride = [info.strideHeight, info.strideWidth];
    const args: Arg[] = [null, stride, [0, 0], dilation, false, [0, 0], 1];
    const y = context.torch.call('aten::convolution', image, kernel, ...args);
    return context.give(permute(context, y, NCHW_TO_NHWC));
  });
  define<Conv2DBackpropInputAttrs>('Conv2DBackpropInput', ({ dy, filter }, attrs, context) => {
    const { torch, backend, give } = context;
    const [n, h, w, c] = attrs.inputShape;
    const info = convInfo(attrs.inputShape, filter!.shape, attrs, [1, 1]);
    const { top, bottom, left, right } = info.padInfo;
    const image = backend.upload(null, [n, c, h + top + bottom, w + left + right], 'float32');
    const [dx] = convolutionBackward(
      context,
      {
        dy: permute(context, dy!.handle, NHWC_TO_NCHW),
        image,
        filter: permute(context, filter!.handle, HWIO_TO_OIHW),
      },
      info,
      [1, 0, 0],
    );
    const rows = torch.call('aten::narrow', dx!, 2, top, h);
    return give(permute(context, torch.call('aten::narrow', rows, 3, left, w), NCHW_TO_NHWC));
  });
  define<Conv2DBackpropFilterAttrs>('Conv2DBackpropFilter', ({ x, dy }, attrs, context) => {
    const [kh, kw, c, o] = attrs.filterShape;
    const info = convInfo(x!.shape, attrs.filterShape, attrs, [1, 1]);
    const [, dFilter] = convolutionBackward(
      context,
      {
        dy: permute(context, dy!.handle, NHWC_TO_NCHW),
        image: padded(context, permute(context, x!.handle, NHWC_TO_NCHW), info.padInfo),
        filter: context.backend.upload(null, [o, c, kh, kw], 'float32'),
      },
      info,
      [0, 1, 0],
    );
    return context.give(permute(context, dFilter!, OIHW_TO_HWIO));
  });
}

function definePooling(): void {
  const pool = (x: TensorData, attrs: MaxPoolAttrs, context: KernelContext) => {
    const { filterSize, strides, pad, dimRoundingMode } = attrs;
    const shape = x.shape as Shape4;
    const info = backend_util.computePool2DInfo(
      shape,
      filterSize,
      strides,
      1,
      pad,
      dimRoundingMode,
    );
    const image = permute(context, x.handle, NHWC_TO_NCHW);
    const wide = padded(context, image, info.padInfo, -Infinity);
    const window = [info.filterHeight, info.filterWidth];
    const stride = [info.strideHeight, info.strideWidth];
    const args: Arg[] = [window, stride, [0, 0], [1, 1], false];
    const name = 'aten::max_pool2d_with_indices';
    return { info, wide, args, results: context.torch.callMany(name, 2, wide, ...args) };
  };
  define<MaxPoolAttrs>('MaxPool', ({ x }, attrs, context) => {
    const [y] = pool(x!, attrs, context).results;
    return context.give(permute(context, y!, NCHW_TO_NHWC));
  });
  define<MaxPoolAttrs>('MaxPoolGrad', ({ dy, input }, attrs, context) => {
    const { torch, give } = context;
    const { info, wide, args, results } = pool(input!, attrs, context);
    const grad = permute(context, dy!.handle, NHWC_TO_NCHW);
    const name = 'aten::max_pool2d_with_indices_backward';
    const dx = torch.call(name, grad, wide, ...args, results[1]!);
    const rows = torch.call('aten::narrow', dx, 2, info.padInfo.top, info.inHeight);
    const inner = torch.call('aten::narrow', rows, 3, info.padInfo.left, info.inWidth);
    return give(permute(context, inner, NCHW_TO_NHWC));
  });
}

export function defineNeural(): void {
  define<BatchMatMulAttrs>(
    'BatchMatMul',
    ({ a, b }, { transposeA, transposeB }, { torch, give }) => {
      const t = (handle: bigint, flip: boolean): bigint =>
        flip ? torch.call('aten::transpose.int', handle, -2, -1) : handle;
      return give(torch.call('aten::matmul', t(a!.handle, transposeA), t(b!.handle, transposeB)));
    },
  );
  define<{ dim: number }>('Softmax', ({ logits }, { dim }, { torch, give }) =>
    give(torch.call('aten::_softmax', logits!.handle, dim, false)),
  );
  define<{ axis: number }>('LogSoftmax', ({ logits }, { axis }, { torch, give }) =>
    give(torch.call('aten::_log_softmax', logits!.handle, axis, false)),
  );
  defineConvolutions();
  definePooling();
}
