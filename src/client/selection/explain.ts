import type { TriedMethod } from '../adaptation/types.js';
import { methods } from '../methods/index.js';

/** Why one of the methods that were tried was selected, in a sentence. */
export function reasonFor(candidates: readonly TriedMethod[], chosen: number): string {
  const { method, agreement, views } = candidates[chosen]!;
  const adapted = candidates.filter((c, i) => c.accepted && !c.leftOut && i > 0);
  if (adapted.length === 0) return 'source: the battery accepts none of the adaptations';
  const trains = (name: string): boolean => methods.get(name).objective !== undefined;
  const learnt = adapted.filter((c) => trains(c.method)).length || adapted.length;
  const left = (why: TriedMethod['leftOut']): string =>
    candidates.flatMap((c) => (c.leftOut === why ? [c.method] : [])).join(', ');
  const [uneven, unsteady] = [left('uneven'), left('unsteady')];
  const without = [
    uneven && `; classes are shared out unevenly here, so that ${uneven} were left out`,
    unsteady && `; left out as much unsteadier than another: ${unsteady}`,
  ].join('');
  const itself = `with itself on moved samples (κ ${views.toFixed(3)})`;
  return learnt === 1 && trains(method)
    ? `${method} is the only adaptation left, and agrees ${itself}${without}`
    : `${method} agrees best with the mean of ${learnt} adaptations that the battery accepts (${agreement.toFixed(3)}) and ${itself}${without}`;
}
