import { FedshotError } from '../../shared/errors.js';
import { isRunId } from './id.js';
import { readRecord, runIds, type ReadRecord } from './read.js';

/**
 * The run that a person means: by its id, the beginning of it, or its name; of several with one name
 * the newest.
 *
 * @param name the release that it has to be of, where that is known
 * @throws FedshotError `not-found`, `usage` where it could be several
 */
export function findRun(home: string, given: string, name?: string): ReadRecord {
  const id = isRunId(given) ? given : guess(home, given, name);
  const found = readRecord(home, id);
  const { release } = found.record.result;
  if (name !== undefined && release.name !== name)
    throw new FedshotError('usage', `run ${id} is of ${release.name}, not of ${name}`);
  return found;
}

function guess(home: string, given: string, name: string | undefined): string {
  const named = runIds(home).filter((id) => {
    const record = recordOrNone(home, id);
    return record?.name === given && (name === undefined || record.result.release.name === name);
  });
  if (named.length > 0) return named.at(-1)!;
  const [first, ...more] = /^\d{4,}[\dTZ]*(-[0-9a-f]*)?$/.test(given)
    ? runIds(home).filter((id) => id.startsWith(given))
    : [];
  if (first === undefined)
    throw new FedshotError('not-found', `${home} has no run "${given}"`, {
      hint: 'fedshot client runs lists them',
    });
  if (more.length > 0)
    throw new FedshotError('usage', `"${given}" could be ${[first, ...more].join(', ')}`, {
      hint: 'write more of it',
    });
  return first;
}

/** A damaged run is none that can be found by its name. */
function recordOrNone(home: string, id: string): ReadRecord['record'] | undefined {
  try {
    return readRecord(home, id).record;
  } catch {
    return undefined;
  }
}
