import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FedshotError } from '../../shared/errors.js';
import { tryLock } from '../../shared/lock.js';
import { originOf } from '../../shared/log/index.js';
import { EMPTY_ROOT } from '../../shared/log/merkle.js';
import { formatTime, type LogRecovery, MAX_RECOVERIES, Store } from '../../shared/release/index.js';
import type { RootChange, RootOutcome } from '../keys/root.js';
import { changeRoot, finishedAs } from '../keys/rotate.js';
import { inspectTransparency, logDir, logKeys } from '../transparency.js';

export type RecoverOutcome = RootOutcome & { recovery: LogRecovery };

/**
 * States in the next root that a log continues from a restored copy: what was logged after the copy
 * was made is lost. Sites that have seen more accept that once, and keep what they have seen.
 *
 * @param options.dir the log as it was restored; by default beside the store
 * @param options.size how many leaves the restored copy had, where a server has written to it since
 * @param options.origin the name of a log of which nothing is left
 * @throws FedshotError `usage` while a server writes the log, for a log of which nothing is left and
 *   whose name is not known, and for a back-up older than the last recovery; `log` for a damaged log
 */
export async function recoverLog(
  options: RootChange & { dir?: string; size?: number; origin?: string },
): Promise<RecoverOutcome> {
  const { store, now, dir = logDir(store) } = options;
  assertStopped(dir);
  const state = stateOf(store, dir, options);
  const same = ({ origin, size, root }: LogRecovery): boolean =>
    origin === state.origin && size === state.size && root === state.root;
  const done = await finishedAs(options, (before, after) => {
    const added = (after.recoveries ?? []).slice((before.recoveries ?? []).length);
    return added.some(same);
  });
  const { document } = new Store(store).newestRoot();
  const said = document.recoveries ?? [];
  const last = said.at(-1);
  if (done && last && same(last)) return { ...done, recovery: last };
  assertPossible(state, said);
  const recovery = { ...state, created: formatTime(now) };
  const outcome = await changeRoot(options, { ...document, recoveries: [...said, recovery] });
  return { ...outcome, recovery };
}

/** A running server keeps writing, so that the statement would be out of date at once. */
function assertStopped(dir: string): void {
  if (!existsSync(dir)) return;
  const lock = tryLock(join(dir, '.lock'));
  if (!lock)
    throw new FedshotError('usage', `${dir}: a server writes this log`, {
      hint: 'stop it, restore the log, run this, then start it',
    });
  lock.release();
}

function stateOf(
  store: string,
  dir: string,
  { size: given, origin }: { size?: number; origin?: string },
): Pick<LogRecovery, 'origin' | 'size' | 'root'> {
  const { last, tree } = inspectTransparency(store, dir);
  const size = given ?? tree.size;
  if (size > tree.size)
    throw new FedshotError('usage', `${dir} has ${tree.size} leaves, and not ${size}`, {
      hint: 'give the number that provider backup printed for the copy that was restored',
    });
  if (last) return { origin: last.origin, size, root: tree.root(size).toString('hex') };
  return { origin: origin ?? nameOf(store), size: 0, root: EMPTY_ROOT.toString('hex') };
}

/** A log is named after the key that it began under. */
function nameOf(store: string): string {
  const roots = new Store(store).roots();
  const before = roots.at(-1)?.document.recoveries?.at(-1)?.origin;
  const [first, ...more] = logKeys(roots.slice(0, 1)).keys();
  if (before !== undefined) return before;
  if (first !== undefined && more.length === 0) return originOf(first);
  throw new FedshotError('usage', 'nothing is left of the log, and its name is not known', {
    hint: 'give --origin NAME: the first line of a checkpoint that a site keeps (fedshot client trust show)',
  });
}

function assertPossible(
  { origin, size }: Pick<LogRecovery, 'origin' | 'size'>,
  said: readonly LogRecovery[],
): void {
  if (said.length >= MAX_RECOVERIES)
    throw new FedshotError('limit', `the root says ${said.length} times that a log was restored`, {
      hint: 'no more is possible: start a new provider, and let every site pin it',
    });
  const above = said.find((one) => one.origin === origin && one.size > size);
  if (above)
    throw new FedshotError(
      'usage',
      `this copy of the log has ${size} leaves, and the root says that it goes on from ${above.size}`,
      { hint: 'restore a copy that was made later: no site accepts an older one' },
    );
}
