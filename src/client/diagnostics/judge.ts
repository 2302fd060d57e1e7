import type { ModelConfig } from '../../shared/model/config.js';
import type { StateDict } from '../../shared/model/state.js';
import type { Observations } from './observations.js';
import type { Observer } from './observe.js';
import { signalsOf } from './take-signals.js';
import { verdict, type Battery } from './verdict.js';

/** A verdict, and what it rests on. */
export interface Judgement {
  battery: Battery;
  observations: Observations;
}

/**
 * Judges a site's data, and an adaptation to it where there is one.
 * @param adapted weights, or answers of the released model that a stream has changed (`n × K`)
 * @param informed whether adapting was given the classes' shares (`Observations`)
 * @param force keeps the adapted model whatever is found
 */
export async function judge(
  observer: Observer,
  config: ModelConfig,
  force: boolean,
  adapted?: StateDict | Float32Array,
  informed?: boolean,
): Promise<Judgement> {
  const observations =
    adapted === undefined
      ? observer.before
      : adapted instanceof Float32Array
        ? observer.answered(adapted)
        : await observer.after(adapted, informed);
  return { battery: verdict(signalsOf(observations), config, force), observations };
}
