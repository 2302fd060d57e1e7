import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D, TensorInfo } from '@tensorflow/tfjs-core';

/** Gradients that the wasm backend lacks or has wrong, as compositions of what it has. */
type Kernel = (inputs: Record<string, Tensor4D>, attrs: Attrs) => Tensor;

/** What tfjs-core says of a convolution or a pool; each kernel gets its own part of it. */
type Attrs = tf.Conv2DBackpropFilterAttrs & tf.Conv2DBackpropInputAttrs & tf.MaxPoolGradAttrs;
type Shape4 = [number, number, number, number];

const infoOf = (
  x: Shape4,
  filter: Shape4,
  { strides, pad, dimRoundingMode }: Attrs,
  depthwise = false,
): tf.backend_util.Conv2DInfo =>
  tf.backend_util.computeConv2DInfo(x, filter, strides, 1, pad, dimRoundingMode, depthwise);

/**
 * The filter's gradient as the convolution it is:
 * `dW[i,j,c,o] = Σ_{n,a,b} x[n, s·a+i−p, s·b+j−p, c] · dy[n,a,b,o]`, i.e. channels take the place of
 * the batch, and `dy` is a filter dilated by the stride.
 */
const filterGradient: Kernel = ({ x, dy }, attrs) => {
  const info = infoOf(x!.shape, attrs.filterShape, attrs);
  const { top, bottom, left, right } = info.padInfo;
  const [kh, kw, c, o] = attrs.filterShape;
  const wide = tf.conv2d(
    tf.transpose(x!, [3, 1, 2, 0]),
    tf.transpose(dy!, [1, 2, 0, 3]),
    1,
    [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ],
    'NHWC',
    [info.strideHeight, info.strideWidth],
  );
  return tf.transpose(tf.slice(wide, [0, 0, 0, 0], [c, kh, kw, o]), [1, 2, 0, 3]);
};

/** `dW[i,j,c] = Σ_{n,a,b} x[n, s·a+i−p, s·b+j−p, c] · dy[n,a,b,c]`, one place of the filter at a time. */
const depthwiseFilterGradient: Kernel = ({ x, dy }, attrs) => {
  const [kh, kw, c] = attrs.filterShape;
  const { strideHeight: s, padInfo } = infoOf(x!.shape, attrs.filterShape, attrs, true);
  const { top, bottom, left, right } = padInfo;
  const wide = tf.pad(x!, [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ]);
  const [n, h, w] = dy!.shape;
  const ones = tf.ones<tf.Rank.R2>([1, n * h * w]);
  const places = Array.from({ length: kh * kw }, (_, place) => {
    const [i, j] = [Math.floor(place / kw), place % kw];
    const end: Shape4 = [n, i + s * (h - 1) + 1, j + s * (w - 1) + 1, c];
    const seen = tf.stridedSlice(wide, [0, i, j, 0], end, [1, s, s, 1]);
    return tf.matMul(ones, tf.reshape<tf.Rank.R2>(tf.mul(seen, dy!), [n * h * w, c]));
  });
  return tf.reshape(tf.concat(places, 0), attrs.filterShape);
};

/** `x` with `s − 1` zeros behind each row, or each column, of its images. */
function spread(x: Tensor4D, s: number, axis: 1 | 2): Tensor4D {
  if (s === 1) return x;
  const shape: Shape4 = [...x.shape];
  const inner = x.shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const lines = tf.reshape(x, [x.size / inner, 1, inner]);
  shape[axis] *= s;
  return tf.reshape(
    tf.pad(lines, [
      [0, 0],
      [0, s - 1],
      [0, 0],
    ]),
    shape,
  );
}

/** The images' gradient: `dy`, spread by the stride, correlated with the filter turned by 180°. */
const depthwiseInputGradient: Kernel = ({ dy, filter }, attrs) => {
  const [kh, kw] = filter!.shape;
  const { strideHeight: s, padInfo } = infoOf(attrs.inputShape, filter!.shape, attrs, true);
  const [, h, w] = attrs.inputShape;
  const wide = spread(spread(dy!, s, 1), s, 2);
  const [, rows, columns] = wide.shape;
  const [top, left] = [kh - 1 - padInfo.top, kw - 1 - padInfo.left];
  // As many rows as the image has come out of h + kh − 1; what is spread beyond holds zeros alone.
  const [below, beside] = [h + kh - 1 - top - rows, w + kw - 1 - left - columns];
  const used = tf.slice(
    wide,
    [0, 0, 0, 0],
    [-1, rows + Math.min(below, 0), columns + Math.min(beside, 0), -1],
  );
  const padded = tf.pad(used, [
    [0, 0],
    [top, Math.max(below, 0)],
    [left, Math.max(beside, 0)],
    [0, 0],
  ]);
  return tf.depthwiseConv2d(padded, tf.reverse(filter!, [0, 1]), 1, 'valid');
};

/**
 * Each window's gradient goes to the first of its largest values, row by row, as in PyTorch. The backend's
 * own kernel gives none to windows whose values are all below zero.
 */
const maxPoolGradient: Kernel = ({ dy, input, output }, attrs) => {
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  const info = tf.backend_util.computePool2DInfo(
    input!.shape,
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  const { top, bottom, left, right } = info.padInfo;
  const { strideHeight: s, filterHeight, filterWidth } = info;
  const [n, h, w, c] = dy!.shape;
  const sides = (u: number, below: number, v: number, beside: number): [number, number][] => [
    [0, 0],
    [u, below],
    [v, beside],
    [0, 0],
  ];
  const wide = tf.pad(input!, sides(top, bottom, left, right), -Infinity);
  const [rows, columns] = [s * (h - 1) + 1, s * (w - 1) + 1];
  let free: Tensor = tf.onesLike(dy!);
  let total: Tensor = tf.zerosLike(wide);
  for (let place = 0; place < filterHeight * filterWidth; place++) {
    const [u, v] = [Math.floor(place / filterWidth), place % filterWidth];
    const seen = tf.stridedSlice(wide, [0, u, v, 0], [n, u + rows, v + columns, c], [1, s, s, 1]);
    const first = tf.mul(tf.cast(tf.equal(seen, output!), 'float32'), free);
    free = tf.sub(free, first);
    const parts = spread(spread(tf.mul(dy!, first), s, 1), s, 2);
    const used = tf.slice(parts, [0, 0, 0, 0], [n, rows, columns, c]);
    const below = wide.shape[1] - rows - u;
    total = tf.add(total, tf.pad(used, sides(u, below, v, wide.shape[2] - columns - v)));
  }
  return tf.slice(total, [0, top, left, 0], input!.shape);
};

const KERNELS: Record<string, Kernel> = {
  [tf.Conv2DBackpropFilter]: filterGradient,
  [tf.DepthwiseConv2dNativeBackpropFilter]: depthwiseFilterGradient,
  [tf.DepthwiseConv2dNativeBackpropInput]: depthwiseInputGradient,
  [tf.MaxPoolGrad]: maxPoolGradient,
};

/** Registers them, in the place of those that are there. */
export function registerGradientKernels(backendName: string): void {
  for (const [kernelName, kernel] of Object.entries(KERNELS)) {
    if (tf.getKernel(kernelName, backendName)) tf.unregisterKernel(kernelName, backendName);
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs }): TensorInfo =>
        tf.tidy(() => kernel(inputs as Record<string, Tensor4D>, attrs as unknown as Attrs)),
    });
  }
}
