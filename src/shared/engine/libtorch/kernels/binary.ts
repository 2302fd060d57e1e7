import { define } from '../define.js';
import type { KernelContext } from '../define.js';
import type { TensorData } from '../backend.js';
import { some } from '../ffi/args.js';
import { asFloat, scalar } from './elementwise.js';

const ARITHMETIC: Record<string, string> = {
  Multiply: 'mul.Tensor',
  FloorDiv: 'floor_divide',
  Maximum: 'maximum',
  Minimum: 'minimum',
  Mod: 'remainder.Tensor',
  Pow: 'pow.Tensor_Tensor',
  Atan2: 'atan2',
};
const COMPARISONS: Record<string, string> = {
  Equal: 'eq.Tensor',
  NotEqual: 'ne.Tensor',
  Greater: 'gt.Tensor',
  GreaterEqual: 'ge.Tensor',
  Less: 'lt.Tensor',
  LessEqual: 'le.Tensor',
  LogicalAnd: 'logical_and',
  LogicalOr: 'logical_or',
  LogicalXor: 'logical_xor',
};

const RANK = { bool: 0, int32: 1, float32: 2 };
type Dtype = keyof typeof RANK;

/** The dtype of a sum or product, by tfjs-core's rules of promotion. */
const numeric = (a: Dtype, b: Dtype): Dtype => {
  const wider = RANK[a] >= RANK[b] ? a : b;
  return wider === 'bool' ? 'int32' : wider;
};

/** a + sign·b. The C function takes `sign` as a double, which ATen refuses for two integers. */
export function sum({ torch }: KernelContext, a: TensorData, b: TensorData, sign: 1 | -1): bigint {
  const { float64 } = torch.api.dtypes;
  const exact = ({ handle, dtype }: TensorData): bigint =>
    dtype === 'float32'
      ? handle
      : torch.call('aten::to.dtype', handle, float64, false, false, null);
  const mixed = a.dtype === 'float32' || b.dtype === 'float32';
  const [x, y] = mixed ? [a.handle, b.handle] : [exact(a), exact(b)];
  const name = sign === 1 ? 'add' : 'subtract';
  return torch.direct(name, (out, p, q) => torch.api.addTensor(p, q, sign, out), x, y);
}

export function defineBinary(): void {
  for (const [kernel, op] of Object.entries(ARITHMETIC))
    define(kernel, ({ a, b }, _, { torch, give }) =>
      give(torch.call(`aten::${op}`, a!.handle, b!.handle), numeric(a!.dtype, b!.dtype)),
    );
  for (const [kernel, op] of Object.entries(COMPARISONS))
    define(kernel, ({ a, b }, _, { torch, give }) =>
      give(torch.call(`aten::${op}`, a!.handle, b!.handle), 'bool'),
    );
  for (const [kernel, sign] of [
    ['Add', 1],
    ['Sub', -1],
  ] as const)
    define(kernel, ({ a, b }, _, context) =>
      context.give(sum(context, a!, b!, sign), numeric(a!.dtype, b!.dtype)),
    );
  define('RealDiv', ({ a, b }, _, context) =>
    context.give(
      context.torch.call('aten::div.Tensor', asFloat(a!, context), asFloat(b!, context)),
    ),
  );
  define('SquaredDifference', ({ a, b }, _, context) => {
    const square = context.torch.call('aten::square', sum(context, a!, b!, -1));
    return context.give(square, numeric(a!.dtype, b!.dtype));
  });
  define('AddN', (inputs, _, { torch, give }) => {
    const all = Object.values(inputs);
    const stacked = torch.call(
      'aten::stack',
      all.map(({ handle }) => handle),
      0,
    );
    const total = torch.call('aten::sum.dim_IntList', stacked, some([0]), false, null);
    return give(total, all[0]!.dtype);
  });
  define('Prelu', ({ x, alpha }, _, context) => {
    const { torch, give } = context;
    const low = torch.call('aten::mul.Tensor', x!.handle, alpha!.handle);
    const positive = torch.call('aten::ge.Tensor', x!.handle, scalar(context, 0));
    return give(torch.call('aten::where.self', positive, x!.handle, low));
  });
}
