import { define } from '../define.js';
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
    define(kernel, ({ a, b }, _, { torch, give }) => {
      const { handle } = a!;
      const dtype = numeric(a!.dtype, b!.dtype);
      return give(
        torch.direct(kernel, (out) => torch.api.addTensor(handle, b!.handle, sign, out)),
        dtype,
      );
    });
  define('RealDiv', ({ a, b }, _, context) =>
    context.give(
      context.torch.call('aten::div.Tensor', asFloat(a!, context), asFloat(b!, context)),
    ),
  );
  define('SquaredDifference', ({ a, b }, _, { torch, give }) => {
    const d = torch.direct('sub', (out) => torch.api.addTensor(a!.handle, b!.handle, -1, out));
    return give(torch.call('aten::square', d), numeric(a!.dtype, b!.dtype));
  });
  define('AddN', (inputs, _, { torch, give }) => {
    const [first, ...rest] = Object.values(inputs);
    const sum = rest.reduce(
      (total, x) => torch.direct('add', (out) => torch.api.addTensor(total, x.handle, 1, out)),
      first!.handle,
    );
    return give(rest.length ? sum : torch.call('aten::clone', sum, null), first!.dtype);
  });
  define('Prelu', ({ x, alpha }, _, context) => {
    const { torch, give } = context;
    const low = torch.call('aten::mul.Tensor', x!.handle, alpha!.handle);
    const positive = torch.call('aten::ge.Tensor', x!.handle, scalar(context, 0));
    return give(torch.call('aten::where.self', positive, x!.handle, low));
  });
}
