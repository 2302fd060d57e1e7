import type { ModelConfig } from '../../shared/model/config.js';
import type { StateDict } from '../../shared/model/state.js';
import type { Witness } from './evidence.js';
import { signalsOf, type Evidence } from './signals.js';
import { verdict, type Battery } from './verdict.js';

/**
 * Judges a site's data, and an adaptation to it where there is one.
 * @returns the verdict, and what it rests on
 * @param adapted weights, or answers of the released model that a stream has changed (`n × K`)
 * @param informed whether adapting was told of the classes' shares (`Evidence`)
 * @param force keeps the adapted model whatever is found
 */
export async function judge(
  witness: Witness,
  config: ModelConfig,
  force: boolean,
  adapted?: StateDict | Float32Array,
  informed?: boolean,
): Promise<{ battery: Battery; evidence: Evidence }> {
  const evidence =
    adapted === undefined
      ? witness.before
      : adapted instanceof Float32Array
        ? witness.answered(adapted)
        : await witness.after(adapted, informed);
  return { battery: verdict(signalsOf(evidence), config, force), evidence };
}
