import type { Ops } from '../../shared/engine/ops.js';
import type { Model } from '../../shared/model/folder.js';
import type { StateDict } from '../../shared/model/state.js';
import type { Method } from '../methods/index.js';
import type { TargetData } from '../target-data.js';
import type { AdaptOptions } from '../types.js';
import { gatherEvidence } from './evidence.js';
import { signalsOf } from './signals.js';
import { verdict, type Battery } from './verdict.js';

/** A run that is to be judged. */
export interface Case {
  model: Model;
  ops: Ops;
  host: TargetData;
  /** The adapted weights. */
  state: StateDict;
  method: Method;
  options: Pick<AdaptOptions, 'force'>;
}

/** Runs the battery on an adaptation that has ended. */
export async function judge({ model, ops, host, state, method, options }: Case): Promise<Battery> {
  const changed = Boolean(method.objective) || method.refresh;
  const evidence = await gatherEvidence(model, ops, host.x, changed ? state : undefined);
  return verdict(signalsOf(evidence), model.config, options.force ?? false);
}
