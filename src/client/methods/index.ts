import { Registry } from '../../shared/registry.js';
import { aad } from './aad.js';
import { bn } from './bn.js';
import type { AdaptationMethod } from './define.js';
import { nrc } from './nrc.js';
import { shot } from './shot.js';
import { shotIm } from './shot-im.js';
import { shotPlus } from './shot-plus.js';
import { source } from './source.js';
import { t3a } from './t3a.js';

const names: string[] = [];

/** Names of all methods, in the order of the registry; one that is added later appears here as well. */
export const METHOD_NAMES: readonly string[] = names;

class Methods extends Registry<AdaptationMethod> {
  override add(method: AdaptationMethod): void {
    super.add(method);
    if (!names.includes(method.name)) names.push(method.name);
  }
}

/**
 * The ways to adapt, in the order in which `auto` tries those that it may: cheap and safe first, then what
 * has done best, then what programs have added.
 */
export const methods = new Methods('method', [source, bn, shot, shotIm, nrc, shotPlus, aad, t3a]);

export { defineMethod, learns, parseMethodOptions } from './define.js';
export type { AdaptationMethod, Need } from './define.js';
