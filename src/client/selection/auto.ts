import { join } from 'node:path';
import type { Model } from '../../shared/model/folder.js';
import { silent } from '../../shared/reporter.js';
import { adaptPrepared, clockOf } from '../adaptation/adapt.js';
import { withPrepared, type Prepared } from '../adaptation/prepare.js';
import type { Adapted, AutoOptions, ReleaseId, TriedMethod } from '../adaptation/types.js';
import { isAccepted, type Battery, type Finding } from '../diagnostics/index.js';
import { learns } from '../methods/index.js';
import { candidatesFor } from './candidates.js';
import { reasonFor } from './explain.js';
import { FinishedFile } from './finished.js';
import { selectMethod } from './select.js';

/**
 * Runs the methods that the time allows on samples that are prepared once, and selects one without labels:
 * among those that neither the battery rejects nor `leftOutOf` leaves out, the one whose answers agree best
 * with the mean of those that learn and change least where the samples are moved a little. A single method
 * can be wrong in its own way; where several agree, they are more often right than any of them. Answers that
 * change with a pixel's movement come from clusters that are not those of the classes.
 *
 * With `force` the battery leaves none out. With `resume` it goes on where it was interrupted: methods that
 * had finished are read from their folders, the one that was being trained goes on from its checkpoint.
 *
 * @param work folder for what each method leaves, one folder each
 * @throws FedshotError as `adaptModel` does
 */
export async function adaptAuto(
  model: Model,
  release: ReleaseId,
  work: string,
  options: Omit<AutoOptions, 'method' | 'methodOptions'>,
): Promise<Adapted> {
  const clock = clockOf(options);
  const started = clock();
  const { force = false } = options;
  const least = candidatesFor(model).some(learns) ? 2 : 1;
  return withPrepared(model, release, options, least, async (prepared) => {
    const { runs, before } = await tryCandidates(prepared, work, { ...options, started });
    const K = model.config.classes.length;
    const { candidates, chosen } = selectMethod(runs, K, isInformed(options), force);
    const winner = runs[chosen]!;
    const { battery } = winner.result;
    return {
      ...winner,
      result: {
        ...winner.result,
        battery: force ? battery : unforced(battery, candidates),
        choice: {
          method: winner.result.method,
          why: reasonFor(candidates, chosen),
          candidates,
        },
        seconds: before + (clock() - started) / 1000,
      },
    };
  });
}

/** Whether the site has said how the classes are shared out, or that some may be absent. */
const isInformed = ({ partial, prior = 'uniform' }: AutoOptions): boolean =>
  partial === true || prior !== 'uniform';

/**
 * Runs each candidate that the time allows, at least two of them, whatever the battery says of each.
 * @returns them, and the seconds that those had taken which an interrupted run had finished
 */
async function tryCandidates(
  prepared: Prepared,
  work: string,
  { budget = Infinity, resume, started }: AutoOptions & { started: number },
): Promise<{ runs: Adapted[]; before: number }> {
  const clock = clockOf(prepared.options);
  const reporter = prepared.options.reporter ?? silent;
  const runs: Adapted[] = [];
  let [before, slowest] = [0, 0];
  for (const method of candidatesFor(prepared.model)) {
    const folder = join(work, method.name);
    const finished = new FinishedFile(folder, prepared, method.name);
    const known = resume && finished.exists() ? await finished.load() : undefined;
    const spent = before + (clock() - started) / 1000;
    if (!known && runs.length >= 2 && spent + slowest > budget) {
      reporter.note(`${method.name}: no time left`, 'method-skipped', { method: method.name });
      continue;
    }
    const run =
      known ?? (await adaptPrepared(prepared, { method, work: folder, resume, force: true }));
    if (known) before += run.result.seconds;
    else finished.save(run);
    slowest = Math.max(slowest, run.result.seconds);
    reporter.note(`${method.name}: ${run.result.battery.outcome}`, 'method-tried', {
      method: method.name,
      outcome: run.result.battery.outcome,
    });
    runs.push(run);
  }
  return { runs, before };
}

/** What the battery says without the force under which the methods were run. */
function unforced(battery: Battery, candidates: readonly TriedMethod[]): Battery {
  if (!isAccepted(battery)) return { ...battery, kept: 'source' };
  if (candidates.some(({ accepted }, i) => accepted && i > 0)) return battery;
  const tried = candidates
    .map(({ method }) => method)
    .slice(1)
    .join(', ');
  const says = `none of the adaptations that were tried is accepted (${tried})`;
  const finding: Finding = { check: 'choice', outcome: 'rolled back', says };
  const findings = [...battery.findings, finding];
  return { ...battery, outcome: 'rolled back', kept: 'source', findings };
}
