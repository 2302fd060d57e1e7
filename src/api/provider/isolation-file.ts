import type { IsolationRecord } from '../../shared/isolate/types.js';

/** Beside the results of a run: what it was kept apart from, and how that was found out. */
export const ISOLATION_FILE = 'isolation.json';

/** The record as a file, to be written with the run's results. */
export const isolationFile = (record: IsolationRecord): Map<string, string> =>
  new Map([[ISOLATION_FILE, `${JSON.stringify(record, null, 2)}\n`]]);
