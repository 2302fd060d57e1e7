import type { LogSnapshot } from '../../provider/backup/snapshot.js';

/** What of a log was copied, for a terminal. */
export const logged = (log: LogSnapshot | undefined): string =>
  log ? `a log of ${log.size} leaves` : 'no log yet';
