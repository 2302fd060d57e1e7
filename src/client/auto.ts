import type { Model } from '../shared/model/folder.js';
import { silent } from '../shared/reporter.js';
import { adaptModel } from './adapt.js';
import { argMaxRows } from './diagnose/linear.js';
import type { MethodName } from './methods/index.js';
import type { Battery, Outlook } from './diagnose/index.js';
import type { Adapted, AdaptResult, AutoOptions, Candidate, ReleaseId } from './types.js';

/** In the order in which they are tried: cheap and safe first, then what has done best. */
export const CANDIDATES: readonly MethodName[] = [
  'source',
  'bn',
  'shot',
  'shot-im',
  'nrc',
  'shot++',
  'aad',
];

/**
 * Runs the methods that the time allows and picks one without labels: among those that the battery
 * does not reject, the one whose answers agree best with the mean of all of theirs and change least
 * where the samples are moved a little. A single method can be wrong in its own way; where several
 * meet, they are more often right than any of them. Clusters that cut through classes are unsteady.
 *
 * @param work folder for the checkpoint
 * @throws FedshotError as `adaptModel` does
 */
export async function adaptAuto(
  model: Model,
  release: ReleaseId,
  work: string,
  options: Omit<AutoOptions, 'method'>,
): Promise<Adapted> {
  const { reporter = silent, clock = () => performance.now(), budget = Infinity } = options;
  const started = clock();
  const K = model.config.classes.length;
  const runs: Adapted[] = [];
  let slowest = 0;
  for (const method of CANDIDATES) {
    const spent = (clock() - started) / 1000;
    if (runs.length >= 2 && spent + slowest > budget) {
      reporter.note(`${method}: no time left`);
      continue;
    }
    const run = await adaptModel(model, release, work, {
      ...options,
      ...{ method, force: true, resume: false },
    });
    slowest = Math.max(slowest, run.result.seconds);
    reporter.note(`${method}: ${run.result.battery.outcome}`);
    runs.push(run);
  }
  const { candidates, chosen } = choose(runs, K);
  const { method } = candidates[chosen]!;
  const winner = runs[chosen]!;
  const [agreed, steady] = [candidates[chosen]!.agreement, candidates[chosen]!.views].map((v) =>
    v.toFixed(3),
  );
  const accepted = candidates.some((c, i) => c.accepted && i > 0);
  const why = !accepted
    ? 'source: the battery accepts none of the adaptations'
    : `${method} agrees best with the mean of the ${candidates.filter((c, i) => c.accepted && i > 0).length} adaptations that the battery accepts (${agreed}) and with itself on moved samples (κ ${steady})`;
  return {
    ...winner,
    result: {
      ...winner.result,
      choice: { method, why, candidates },
      seconds: (clock() - started) / 1000,
    },
  };
}

/** What {@link choose} looks at. */
export interface Run {
  result: Pick<AdaptResult, 'method' | 'adaptedAccuracy' | 'seconds'> & {
    battery: Pick<Battery, 'outcome'> & {
      signals: Pick<Battery['signals'], 'adaptedViews' | 'refreshedViews'>;
    };
  };
  evidence: { released: Pick<Outlook, 'p'>; adapted?: Pick<Outlook, 'p'> };
}

/**
 * Picks among runs on the same samples; the first of them, the released model itself, is always
 * accepted.
 */
export function choose(
  runs: readonly Run[],
  K: number,
): { candidates: Candidate[]; chosen: number } {
  const accepted = runs.map(
    ({ result }, i) => i === 0 || !['refuse', 'rolled back'].includes(result.battery.outcome),
  );
  // The released model votes only where there is nothing else to vote.
  const adapted = runs.filter((_, i) => accepted[i] && i > 0);
  const voters = adapted.length > 0 ? adapted : runs.slice(0, 1);
  const p = ({ evidence }: Run): Float32Array => (evidence.adapted ?? evidence.released).p;
  const mean = p(voters[0]!).map((_, i) => voters.reduce((s, v) => s + p(v)[i]!, 0));
  const ensemble = argMaxRows(mean, K);
  const candidates = runs.map((run, i): Candidate => {
    const { result } = run;
    const own = argMaxRows(p(run), K);
    return {
      method: result.method,
      outcome: result.battery.outcome,
      accepted: accepted[i]!,
      agreement: own.filter((k, j) => k === ensemble[j]).length / own.length,
      // the released model is not looked at with moved samples, but refreshed it is
      views: result.battery.signals.adaptedViews ?? result.battery.signals.refreshedViews,
      ...(result.adaptedAccuracy !== undefined && { adaptedAccuracy: result.adaptedAccuracy }),
      seconds: result.seconds,
    };
  });
  const score = (i: number): number =>
    accepted[i] ? candidates[i]!.agreement + candidates[i]!.views : -Infinity;
  const chosen = candidates.reduce((best, _, i) => (score(i) > score(best) ? i : best), 0);
  return { candidates, chosen };
}
