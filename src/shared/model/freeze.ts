import { FedshotError } from '../errors.js';
import type { ParamSpec } from './layers/index.js';

/** What of F training leaves as it is. */
export interface Frozen {
  /** Parameters of F by their names' beginnings, without `F.`: `conv1`, `layer1`, `layer2.0`. */
  freeze?: readonly string[];
  /** F's batch normalisation uses its running statistics, which stay as they are. */
  freezeBnStatistics?: boolean;
}

/** Whether a name is a prefix itself, or goes on with a dot behind it. */
const begins = (name: string, prefix: string): boolean =>
  name === prefix || name.startsWith(`${prefix}.`);

/**
 * Which parameters are frozen.
 * @throws FedshotError `usage` for a prefix that no trainable parameter of F has
 */
export function frozenNames(specs: ParamSpec[], freeze: readonly string[] = []): Set<string> {
  const names = specs.filter((s) => s.trainable && s.name.startsWith('F.')).map((s) => s.name);
  const frozen = new Set<string>();
  for (const prefix of freeze) {
    const full = begins(prefix, 'F') ? prefix : `F.${prefix}`;
    const found = names.filter((name) => begins(name, full));
    if (found.length === 0) {
      const known = [...new Set(names.map((name) => name.split('.')[1]!))];
      throw new FedshotError('usage', `--freeze ${prefix}: no parameter of F has such a name`, {
        hint: `they begin with ${known.join(', ')}`,
      });
    }
    for (const name of found) frozen.add(name);
  }
  return frozen;
}
