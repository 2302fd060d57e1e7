import * as tf from '@tensorflow/tfjs-core';
import type { GradFunc, Tensor, Tensor4D } from '@tensorflow/tfjs-core';

type NamedGradientMap = ReturnType<GradFunc>;

/**
 * tfjs-core's Node bundle comes without gradients (they ship in the 140 MB union package). These are
 * the ones that losses and layers here differentiate through; the formulas are the textbook ones.
 */
type Entry = [kernel: string, save: { inputs?: string[]; output?: boolean }, gradFunc: GradFunc];

/** Undoes broadcasting: sums `dy` down to `shape`. */
function unbroadcast(dy: Tensor, shape: number[]): Tensor {
  const axes = tf.broadcast_util.getReductionAxes(shape, dy.shape);
  return tf.reshape(axes.length > 0 ? tf.sum(dy, axes) : dy, shape);
}

type BinaryGrads = (dy: Tensor, a: Tensor, b: Tensor) => [a: () => Tensor, b: () => Tensor];
const binary = (kernel: string, of: BinaryGrads): Entry => [
  kernel,
  { inputs: ['a', 'b'] },
  (dy, saved): NamedGradientMap => {
    const [a, b] = saved as [Tensor, Tensor];
    const [da, db] = of(dy as Tensor, a, b);
    return { a: () => unbroadcast(da(), a.shape), b: () => unbroadcast(db(), b.shape) };
  },
];

/** `f(dy, x)`, where `x` is the kernel's only input. */
const unary = (kernel: string, f: (dy: Tensor, x: Tensor) => Tensor, input = 'x'): Entry => [
  kernel,
  { inputs: [input] },
  (dy, saved) => ({ [input]: () => f(dy as Tensor, saved[0]!) }),
];

/** `f(dy, y)`, where `y` is the kernel's output. */
const ofOutput = (kernel: string, f: (dy: Tensor, y: Tensor) => Tensor, input = 'x'): Entry => [
  kernel,
  { output: true },
  (dy, saved) => ({ [input]: () => f(dy as Tensor, saved[0]!) }),
];

interface Attrs {
  perm: number[];
  begin: number[];
  size: number[];
  paddings: [number, number][];
  reps: number[];
  axis: number | number[];
}

/** `f(dy, shape of the input, attributes)` for kernels that move values or sum them. */
const moved = (
  kernel: string,
  f: (dy: Tensor, shape: number[], attrs: Attrs) => Tensor,
  input = 'x',
): Entry => [
  kernel,
  { inputs: [input] },
  (dy, saved, attrs) => ({
    [input]: () => f(dy as Tensor, saved[0]!.shape, attrs as unknown as Attrs),
  }),
];

/** `dy` of a reduction, spread over the axes that were reduced. */
function spread(dy: Tensor, shape: number[], axis: number | number[] | undefined): Tensor {
  const axes = tf.util.parseAxisParam(axis ?? shape.map((_, i) => i), shape);
  const kept = shape.map((size, i) => (axes.includes(i) ? 1 : size));
  return tf.broadcastTo(tf.reshape(dy, kept), shape);
}

const whereEqual = (dy: Tensor, x: Tensor, y: Tensor, axis: number | number[]): Tensor =>
  tf.mul(spread(dy, x.shape, axis), tf.cast(tf.equal(x, spread(y, x.shape, axis)), 'float32'));

const mask = (dy: Tensor, condition: Tensor): Tensor => tf.mul(dy, tf.cast(condition, 'float32'));

const ELEMENTWISE: Entry[] = [
  binary('Add', (dy) => [() => dy, () => dy]),
  binary('Sub', (dy) => [() => dy, () => tf.neg(dy)]),
  binary('Multiply', (dy, a, b) => [() => tf.mul(dy, b), () => tf.mul(dy, a)]),
  binary('RealDiv', (dy, a, b) => [
    () => tf.div(dy, b),
    () => tf.neg(tf.div(tf.mul(dy, a), tf.square(b))),
  ]),
  binary('Maximum', (dy, a, b) => [
    () => mask(dy, tf.greaterEqual(a, b)),
    () => mask(dy, tf.less(a, b)),
  ]),
  binary('Minimum', (dy, a, b) => [
    () => mask(dy, tf.lessEqual(a, b)),
    () => mask(dy, tf.greater(a, b)),
  ]),
  binary('SquaredDifference', (dy, a, b) => [
    () => tf.mul(tf.mul(dy, 2), tf.sub(a, b)),
    () => tf.mul(tf.mul(dy, 2), tf.sub(b, a)),
  ]),
  binary('Pow', (dy, a, b) => [
    () => tf.mul(dy, tf.mul(b, tf.pow(a, tf.sub(b, 1)))),
    () => tf.mul(dy, tf.mul(tf.pow(a, b), tf.where(tf.greater(a, 0), tf.log(a), tf.zerosLike(a)))),
  ]),
  unary('Abs', (dy, x) => tf.mul(dy, tf.sign(x))),
  unary('Cast', (dy) => tf.cast(dy, 'float32')),
  unary('Identity', (dy) => tf.clone(dy)),
  unary('Log', (dy, x) => tf.div(dy, x)),
  unary('Log1p', (dy, x) => tf.div(dy, tf.add(x, 1))),
  unary('Neg', (dy) => tf.neg(dy)),
  unary('Erf', (dy, x) => tf.mul(dy, tf.mul(tf.exp(tf.neg(tf.square(x))), 2 / Math.sqrt(Math.PI)))),
  unary('Relu', (dy, x) => tf.mul(dy, tf.step(x))),
  unary('Relu6', (dy, x) => mask(dy, tf.logicalAnd(tf.greater(x, 0), tf.less(x, 6)))),
  unary('Rsqrt', (dy, x) => tf.div(dy, tf.mul(tf.pow(x, 1.5), -2))),
  unary('Square', (dy, x) => tf.mul(dy, tf.mul(x, 2))),
  ofOutput('Exp', (dy, y) => tf.mul(dy, y)),
  ofOutput('Sigmoid', (dy, y) => tf.mul(dy, tf.mul(y, tf.sub(1, y)))),
  ofOutput('Sqrt', (dy, y) => tf.div(dy, tf.mul(y, 2))),
  ofOutput('Tanh', (dy, y) => tf.mul(dy, tf.sub(1, tf.square(y)))),
  [
    'ClipByValue',
    { inputs: ['x'] },
    (dy, [x], attrs) => {
      const { clipValueMin, clipValueMax } = attrs as unknown as tf.ClipByValueAttrs;
      const inside = (v: Tensor): Tensor =>
        tf.logicalAnd(tf.greaterEqual(v, clipValueMin), tf.lessEqual(v, clipValueMax));
      return { x: () => mask(dy as Tensor, inside(x!)) };
    },
  ],
  [
    'Select',
    { inputs: ['condition'] },
    (dy, [condition]) => ({
      condition: () => tf.zeros(condition!.shape),
      t: () => mask(dy as Tensor, condition!),
      e: () => mask(dy as Tensor, tf.logicalNot(condition!)),
    }),
  ],
];

const SHAPES: Entry[] = [
  moved('Reshape', (dy, shape) => tf.reshape(dy, shape)),
  moved('ExpandDims', (dy, shape) => tf.reshape(dy, shape), 'input'),
  moved('BroadcastTo', (dy, shape) => unbroadcast(dy, shape)),
  moved('Transpose', (dy, _, { perm }) =>
    tf.transpose(dy, tf.backend_util.getUndoAxesPermutation(perm)),
  ),
  moved('Slice', (dy, shape, { begin, size }) => {
    const paddings = shape.map((length, i): [number, number] => [
      begin[i]!,
      length - begin[i]! - (size[i]! < 0 ? length - begin[i]! : size[i]!),
    ]);
    return tf.pad(dy, paddings);
  }),
  moved('PadV2', (dy, shape, { paddings }) => {
    return tf.slice(
      dy,
      paddings.map(([before]) => before),
      shape,
    );
  }),
  moved('Tile', (dy, shape, { reps }) => {
    const split = reps.flatMap((rep, i) => [rep, shape[i]!]);
    return tf.sum(
      tf.reshape(dy, split),
      reps.map((_, i) => 2 * i),
    );
  }),
  [
    'Concat',
    {},
    (dy, saved, attrs) => {
      const { axis } = attrs as unknown as tf.ConcatAttrs;
      const shapes = saved.map((t) => t.shape);
      const at = tf.util.parseAxisParam(axis, shapes[0]!)[0]!;
      const parts = tf.split(
        dy as Tensor,
        shapes.map((shape) => shape[at]!),
        at,
      );
      return parts.map((part) => () => part) as unknown as NamedGradientMap;
    },
  ],
];

const REDUCTIONS: Entry[] = [
  moved('Sum', (dy, shape, { axis }) => spread(dy, shape, axis)),
  moved('Mean', (dy, shape, { axis }) => {
    const count = tf.util.sizeFromShape(shape) / Math.max(dy.size, 1);
    return tf.div(spread(dy, shape, axis), count);
  }),
  ...['Max', 'Min'].map((kernel): Entry => [
    kernel,
    { inputs: ['x'], output: true },
    (dy, [x, y], attrs) => ({
      x: () => {
        // the same thing has two names in tfjs-core
        const { reductionIndices, axis } = attrs as unknown as tf.MaxAttrs & tf.MinAttrs;
        return whereEqual(dy as Tensor, x!, y!, reductionIndices ?? axis);
      },
    }),
  ]),
  [
    'Softmax',
    { output: true },
    (dy, [y]) => ({
      logits: () => {
        const dyY = tf.mul(dy as Tensor, y!);
        return tf.sub(dyY, tf.mul(tf.sum(dyY, -1, true), y!));
      },
    }),
  ],
];

const LAYERS: Entry[] = [
  [
    'BatchMatMul',
    { inputs: ['a', 'b'] },
    (dy, [a, b], attrs) => {
      const { transposeA: ta, transposeB: tb } = attrs as unknown as tf.BatchMatMulAttrs;
      const d = dy as Tensor;
      return {
        a: () => (ta ? tf.matMul(b!, d, tb, true) : tf.matMul(d, b!, false, !tb)),
        b: () => (tb ? tf.matMul(d, a!, true, ta) : tf.matMul(a!, d, !ta, false)),
      };
    },
  ],
  [
    'Conv2D',
    { inputs: ['x', 'filter'] },
    (dy, [x, filter], attrs) => {
      const { strides, pad, dimRoundingMode } = attrs as unknown as tf.Conv2DAttrs;
      const common = { strides, pad, dataFormat: 'NHWC', dimRoundingMode };
      return {
        x: () => run('Conv2DBackpropInput', { dy, filter }, { ...common, inputShape: x!.shape }),
        filter: () =>
          run('Conv2DBackpropFilter', { x, dy }, { ...common, filterShape: filter!.shape }),
      };
    },
  ],
  [
    'DepthwiseConv2dNative',
    { inputs: ['x', 'filter'] },
    (dy, [x, filter], attrs) => {
      const kernel = 'DepthwiseConv2dNativeBackprop';
      return {
        x: () => run(`${kernel}Input`, { dy, filter }, { ...attrs, inputShape: x!.shape }),
        filter: () => run(`${kernel}Filter`, { x, dy }, { ...attrs, filterShape: filter!.shape }),
      };
    },
  ],
  [
    'MaxPool',
    { inputs: ['x'], output: true },
    (dy, [input, output], attrs) => ({
      x: () => run('MaxPoolGrad', { dy, input, output }, attrs),
    }),
  ],
];

const run = (kernel: string, inputs: object, attrs: object): Tensor4D =>
  tf.engine().runKernel(kernel, inputs as tf.NamedTensorMap, attrs as tf.NamedAttrMap);

/**
 * Registers the gradients that are not there already (`@tensorflow/tfjs` brings its own).
 *
 * @param override in place of those that are
 */
export function registerGradients(override = false): void {
  for (const [kernelName, { inputs, output }, gradFunc] of [
    ...ELEMENTWISE,
    ...SHAPES,
    ...REDUCTIONS,
    ...LAYERS,
  ]) {
    if (!override && tf.getGradient(kernelName)) continue;
    tf.registerGradient({
      kernelName,
      gradFunc,
      ...(inputs && { inputsToSave: inputs }),
      ...(output && { outputsToSave: [true] }),
      ...(kernelName === 'Concat' && { saveAllInputs: true }),
    });
  }
}
