import type { Variable } from '@tensorflow/tfjs-core';
import type { Ops } from '../../ops.js';
import { float } from '../ffi/args.js';
import { compute, libtorchBackend } from './gradient.js';

/**
 * A variable that may be written in place: its memory is contiguous and not shared. One that
 * shares memory (a fresh variable with its initial value, a clone, a view) gets a copy of its own
 * first, so that no other tensor ever changes.
 */
export function owned(variable: Variable): Variable {
  const data = libtorchBackend().data(variable);
  if (data.refCount === 1 && data.memory.users === 1 && data.private) return variable;
  const copy = compute((torch) => torch.call('aten::clone', data.handle, null));
  variable.assign(copy);
  copy.dispose();
  libtorchBackend().data(variable).private = true;
  return variable;
}

export const sgd: Ops['sgd'] = (groups, { momentum, weightDecay, nesterov }) => {
  const backend = libtorchBackend();
  const { torch } = backend;
  const handles = (variables: Variable[]): bigint[] =>
    variables.map((variable) => backend.data(owned(variable)).handle);
  for (const { params, grads, velocity, lr } of groups)
    torch.scope(() =>
      torch.callVoid(
        'aten::_fused_sgd_',
        handles(params),
        // The kernel walks raw memory, so the three lists must have one layout.
        grads.map((grad) => torch.call('aten::contiguous', backend.data(grad).handle, 0)),
        momentum === 0 ? [] : handles(velocity),
        float(weightDecay),
        float(momentum),
        float(lr),
        float(0),
        nesterov,
        false,
        false,
        null,
        null,
      ),
    );
};
