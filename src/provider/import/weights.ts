import { FedshotError } from '../../shared/errors.js';
import type { Safetensors, TensorBytes } from '../../shared/format/safetensors.js';
import { widened } from '../../shared/format/widen.js';
import type { ParamSpec } from '../../shared/model/layers/index.js';
import { PARTS } from '../../shared/model/network.js';
import { assertFits, type HostTensor, type StateDict } from '../../shared/model/state.js';

/**
 * The whole of a model from the tensors of a file, as float32, in the architecture's order.
 *
 * @param file where they are from, for messages
 * @throws FedshotError `model` for a tensor that is missing, unknown, or of another shape, by
 *   name; `format` for what are no floats
 */
export function takeWeights(
  tensors: Safetensors,
  specs: readonly ParamSpec[],
  file: string,
): StateDict {
  for (const name of tensors.keys())
    if (!PARTS.some((part) => name.startsWith(`${part}.`)))
      throw new FedshotError('model', `${file}: tensor ${name} is of none of F, B and C`, {
        hint: 'save the feature extractor under F., the bottleneck under B. and the classifier under C. (docs/images.md); weights of F alone are for provider train --init',
      });
  const given = new Map([...tensors].map(([name, tensor]) => [name, hostOf(tensor, name)]));
  assertFits(given, [...specs], file);
  const state: StateDict = new Map();
  for (const { name } of specs) {
    const tensor = given.get(name);
    if (tensor) state.set(name, tensor); // PyTorch may leave out the counters of batch normalisation
  }
  return state;
}

function hostOf(tensor: TensorBytes, name: string): HostTensor {
  const shape = [...tensor.shape];
  return tensor.dtype === 'I64'
    ? { shape, data: new BigInt64Array(new Uint8Array(tensor.data).buffer) }
    : { shape, data: widened(tensor, name) };
}
