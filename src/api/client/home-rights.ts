import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../shared/files.js';
import type { Rights as All } from '../operation.js';

type Rights = Pick<All, 'read' | 'write' | 'folderMode'>;

/** What is pinned and what was pulled: read by every step, written by those that have the network. */
const PUBLIC = ['trust', 'releases'];
/** What comes of private data. No step that has the network sees it. */
const RESULTS = ['runs', 'current'];
/** What a site shows a server; the key that signs evidence lies beside it and is not for the network. */
const IDENTITY = ['identity/site.pem', 'identity/site-key.pem'];
/** Where 0.1 kept it. */
const OLD = 'adapted';

const within = (home: string, names: readonly string[]): string[] =>
  names.map((name) => join(home, name));

/** To be made for this user alone; what is no home stays as it is, and the step says so. */
const written = (home: string, names: readonly string[]): string[] =>
  existsSync(join(home, 'trust')) ? within(home, names) : [];
const PRIVATE_FOLDER = 0o700;

/**
 * Of a site's home, what a step sees that has the network.
 * @param note is told when something of 0.1 was moved
 */
export function networkRights(
  home: string,
  note: (line: string) => void = () => undefined,
): Rights {
  moveHalfPulled(home, note);
  return {
    read: within(home, IDENTITY),
    write: written(home, [...PUBLIC, 'evidence']),
    folderMode: PRIVATE_FOLDER,
  };
}

/** Of a site's home, what a step sees that reads private data; with `writes`, one that keeps results. */
export function dataRights(home: string, { writes = false } = {}): Rights {
  const old = within(home, [OLD]).filter((folder) => existsSync(folder));
  const pinned = within(home, PUBLIC);
  return writes
    ? { read: pinned, write: [...written(home, RESULTS), ...old], folderMode: PRIVATE_FOLDER }
    : { read: [...pinned, ...within(home, RESULTS), ...old] };
}

/** Where 0.1 kept what was pulled in part. A release is moved from there, which no step can do any more. */
function moveHalfPulled(home: string, note: (line: string) => void): void {
  const [before, now] = [join(home, 'partial'), join(home, 'releases', '.partial')];
  if (!existsSync(before) || existsSync(now)) return;
  makeFolder(join(home, 'releases'), PRIVATE_FOLDER);
  renameSync(before, now);
  note(`half-pulled releases of version 0.1 were moved from ${before} to ${now}`);
}
