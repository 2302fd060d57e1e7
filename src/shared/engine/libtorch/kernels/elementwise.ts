import type { ClipByValueAttrs, LeakyReluAttrs, StepAttrs } from '@tensorflow/tfjs-core';
import { define } from '../define.js';
import type { KernelContext } from '../define.js';
import type { TensorData, TorchInfo } from '../backend.js';

/** tfjs-core's kernel → ATen's operator, both of one tensor. */
const UNARY: Record<string, string> = {
  Abs: 'abs',
  Acos: 'acos',
  Acosh: 'acosh',
  Asin: 'asin',
  Asinh: 'asinh',
  Atan: 'atan',
  Atanh: 'atanh',
  Ceil: 'ceil',
  Cos: 'cos',
  Cosh: 'cosh',
  Erf: 'erf',
  Exp: 'exp',
  Expm1: 'expm1',
  Floor: 'floor',
  Log: 'log',
  Log1p: 'log1p',
  Neg: 'neg',
  Reciprocal: 'reciprocal',
  Relu: 'relu',
  Relu6: 'relu6',
  Round: 'round',
  Rsqrt: 'rsqrt',
  Selu: 'selu',
  Sigmoid: 'sigmoid',
  Sin: 'sin',
  Sinh: 'sinh',
  Sqrt: 'sqrt',
  Square: 'square',
  Tan: 'tan',
  Tanh: 'tanh',
};
/** Results are of the input's dtype for these, of float32 for the others. */
const KEEPS_DTYPE = new Set(['Abs', 'Ceil', 'Floor', 'Neg', 'Relu', 'Relu6', 'Round', 'Square']);
const TESTS: Record<string, string> = {
  IsFinite: 'isfinite',
  IsInf: 'isinf',
  IsNan: 'isnan',
  LogicalNot: 'logical_not',
};

const like = ({ dtype }: TensorData): TensorData['dtype'] => (dtype === 'bool' ? 'int32' : dtype);

/** A number as a 0-d tensor of `dtype`: what operators take in place of ATen's `Scalar`. */
export function scalar(
  { backend }: KernelContext,
  value: number,
  dtype: TensorData['dtype'] = 'float32',
): bigint {
  const values = dtype === 'float32' ? new Float32Array([value]) : new Int32Array([value]);
  return backend.upload(values, [], dtype === 'bool' ? 'int32' : dtype);
}

/** Sets every NaN of `x` in a result of the same shape, where ATen would lose it. */
function keepNan(x: TensorData, result: bigint, { torch }: KernelContext): bigint {
  return torch.call('aten::where.self', torch.call('aten::isnan', x.handle), x.handle, result);
}

export function defineElementwise(): void {
  for (const [kernel, op] of Object.entries(UNARY))
    define(kernel, ({ x }, _, { torch, give }) =>
      give(torch.call(`aten::${op}`, x!.handle), KEEPS_DTYPE.has(kernel) ? like(x!) : 'float32'),
    );
  for (const [kernel, op] of Object.entries(TESTS))
    define(kernel, ({ x }, _, { torch, give }) =>
      give(torch.call(`aten::${op}`, x!.handle), 'bool'),
    );
  define('Sign', ({ x }, _, context) => {
    const sign = context.torch.call('aten::sign', x!.handle);
    return context.give(x!.dtype === 'float32' ? keepNan(x!, sign, context) : sign, like(x!));
  });
  define<StepAttrs>('Step', ({ x }, { alpha }, context) => {
    const { torch, give } = context;
    const step = torch.call('aten::gt.Tensor', x!.handle, scalar(context, 0));
    if (!alpha && x!.dtype !== 'float32') return give(step, like(x!));
    const low = scalar(context, alpha);
    const value = torch.call('aten::where.self', step, scalar(context, 1), low);
    return give(x!.dtype === 'float32' ? keepNan(x!, value, context) : value);
  });
  define<ClipByValueAttrs>('ClipByValue', ({ x }, { clipValueMin, clipValueMax }, context) =>
    context.give(
      context.torch.call(
        'aten::minimum',
        context.torch.call('aten::maximum', x!.handle, scalar(context, clipValueMin, x!.dtype)),
        scalar(context, clipValueMax, x!.dtype),
      ),
      like(x!),
    ),
  );
  define<LeakyReluAttrs>('LeakyRelu', ({ x }, { alpha }, context) =>
    context.give(context.torch.call('aten::prelu', asFloat(x!, context), one(context, alpha))),
  );
  define('Softplus', ({ x }, _, context) => {
    const zero = scalar(context, 0);
    return context.give(context.torch.call('aten::logaddexp', x!.handle, zero));
  });
  define('Elu', ({ x }, _, context) => {
    const { torch, give } = context;
    const positive = torch.call('aten::gt.Tensor', x!.handle, scalar(context, 0));
    const low = torch.call('aten::expm1', x!.handle);
    return give(torch.call('aten::where.self', positive, x!.handle, low));
  });
  define('EluGrad', ({ dy, y }, _, context): TorchInfo => {
    const { torch, give } = context;
    const positive = torch.call('aten::ge.Tensor', y!.handle, scalar(context, 0));
    const low = torch.call(
      'aten::mul.Tensor',
      dy!.handle,
      torch.direct('add one', (out, h) => torch.api.addScalar(h, 1, 1, out), y!.handle),
    );
    return give(torch.call('aten::where.self', positive, dy!.handle, low));
  });
}

const one = (context: KernelContext, value: number): bigint =>
  context.backend.upload(new Float32Array([value]), [1], 'float32');

export function asFloat(x: TensorData, { torch }: KernelContext): bigint {
  if (x.dtype === 'float32') return x.handle;
  return torch.call('aten::to.dtype', x.handle, torch.api.dtypes.float32, false, false, null);
}
