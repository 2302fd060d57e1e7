import { existsSync } from 'node:fs';
import { asFedshotError } from '../../shared/errors.js';
import { oldNames, readOld } from './old-home.js';
import { withRunsLock, runsDir } from './paths.js';
import { readPointer } from './pointer.js';
import { hasWeights, readRecord, runIds, type ReadRecord } from './read.js';
import { unfinishedOf } from './unfinished.js';

/** A run as `client runs` shows it. */
export interface RunSummary {
  /** Its id; `adapted/NAME` for what version 0.1 has left. */
  run: string;
  name?: string;
  /** Of a run that has not finished the name alone. */
  release?: { name: string; version?: number; digest?: string };
  began?: string;
  method?: string;
  n?: number;
  /** `running` and `unfinished` have no verdict yet; `damaged` cannot be read, `why` says for what. */
  state: 'finished' | 'running' | 'unfinished' | 'damaged';
  verdict?: string;
  accepted?: boolean;
  forced?: boolean;
  /** Whether its model was kept. */
  weights?: boolean;
  inUse: boolean;
  /** Runs of other releases that answer with it. */
  together?: string[];
  why?: string;
}

/**
 * The runs of a site, oldest first, of one release where that is named.
 * @throws FedshotError `format` for a damaged pointer, `io`
 */
export async function listRuns(home: string, name?: string): Promise<RunSummary[]> {
  const read = () => [...oldRuns(home), ...finished(home), ...underWay(home)];
  // Under the lock, since looking at a run that is under way takes its lock for a moment.
  const all = existsSync(runsDir(home)) ? await withRunsLock(home, read) : read();
  return all.filter(({ release }) => name === undefined || !release || release.name === name);
}

function oldRuns(home: string): RunSummary[] {
  return oldNames(home).map((one): RunSummary => {
    const run = `adapted/${one}`;
    try {
      const { record } = readOld(home, one);
      const { release, method, n, battery } = record.result;
      const accepted = battery.kept === 'adapted';
      return {
        run,
        release,
        method,
        n,
        state: 'finished',
        verdict: battery.outcome,
        accepted,
        weights: true,
        inUse: true,
        together: record.together,
      };
    } catch (error) {
      return damaged(run, error);
    }
  });
}

function finished(home: string): RunSummary[] {
  const used = new Map<string, string | undefined>();
  const isInUse = (release: string, id: string): boolean => {
    if (!used.has(release)) used.set(release, readPointer(home, release)?.inUse?.run);
    return used.get(release) === id;
  };
  return runIds(home).map((run): RunSummary => {
    const read = readRecordOr(home, run);
    if ('why' in read) return read;
    const { name, began, result, verdict, together } = read.record;
    const { release, method, n } = result;
    return {
      run,
      name,
      release,
      began,
      method,
      n,
      state: 'finished',
      verdict: verdict.outcome,
      accepted: verdict.accepted,
      forced: verdict.forced,
      weights: hasWeights(read.record),
      inUse: isInUse(release.name, run),
      together: together?.map((ref) => ref.run),
    };
  });
}

function readRecordOr(home: string, run: string): ReadRecord | ReturnType<typeof damaged> {
  try {
    return readRecord(home, run);
  } catch (error) {
    return damaged(run, error);
  }
}

function underWay(home: string): RunSummary[] {
  return unfinishedOf(home).map(({ id, running, about }): RunSummary => ({
    run: id,
    began: about?.began,
    state: running ? 'running' : 'unfinished',
    inUse: false,
    ...(about && { release: { name: about.name } }),
  }));
}

function damaged(run: string, error: unknown): RunSummary & { why: string } {
  return { run, state: 'damaged', inUse: false, why: asFedshotError(error, 'io').message };
}
