import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { FedshotError } from '../../shared/errors.js';
import {
  assertOutside,
  EVIDENCE_FILE,
  findPrivate,
  sealEvidence,
  writeTree,
  type EvidenceIndex,
} from '../../shared/evidence/index.js';
import { formatTime, openOwnKey, sha256, type Signer } from '../../shared/release/index.js';
import { assertHome, withRunsLock } from '../runs/index.js';
import { runsDir } from '../runs/paths.js';
import { checkPointers, checkReleases, checkRun, strayFiles } from './checks.js';
import { Home, type HomeFile } from './home.js';
import { reduce } from './reduced.js';

export interface EvidenceOptions {
  home: string;
  /** A folder that is not there yet. */
  out: string;
  /** Of this release alone; of the others the digests. */
  name?: string;
  /** File of the key that signs; in the home's `identity` unless told, and made if it is not there. */
  key?: string;
  software: string;
  now: Date;
}

export interface SiteEvidence {
  out: string;
  files: number;
  bytes: number;
  runs: number;
  /** How many files stay at the site, with their digests in the index. */
  stays: number;
  unknown: string[];
  gone: string[];
  key: { keyid: string; public: string; file: string; created: boolean };
}

export const evidenceKeyFile = (home: string): string =>
  join(home, 'identity', 'evidence-key.json');

/**
 * Writes what an auditor needs of a site, and nothing that is private, with a signed index of it and of
 * what stays. What has changed since it was pulled or adapted is not signed.
 *
 * @throws FedshotError `digest`, naming a file that is not what its record or manifest says;
 *   `not-found`, `format`, `trust`, `usage`, `io`
 */
export async function siteEvidence(options: EvidenceOptions): Promise<SiteEvidence> {
  const { home: dir, out, name, now } = options;
  assertHome(dir);
  assertOutside(out, [dir]);
  if (existsSync(out))
    throw new FedshotError('io', `${out} is there already; nothing was changed`, {
      hint: 'give a folder that is not there yet',
    });
  const keyFile = options.key ?? evidenceKeyFile(dir);
  const gather = (): Gathered => collect(new Home(dir), name);
  // Under the lock, so that no run comes or goes meanwhile.
  const found = existsSync(runsDir(dir)) ? await withRunsLock(dir, gather) : gather();
  const key = await openOwnKey(keyFile, { role: 'site', now });
  const handed = write(found, key, options);
  return {
    out,
    files: handed.size,
    bytes: [...handed.values()].reduce((sum, { length }) => sum + length, 0),
    runs: found.runs,
    stays: found.stays.length,
    unknown: found.unknown.map(({ path }) => path),
    gone: found.gone,
    key: {
      keyid: key.keyid,
      public: Buffer.from(key.publicKey).toString('hex'),
      file: keyFile,
      created: key.created,
    },
  };
}

interface Gathered extends Pick<EvidenceIndex, 'stays' | 'unknown'> {
  files: Map<string, Buffer>;
  gone: string[];
  runs: number;
}

/** Reads and compares; nothing is written yet. */
function collect(home: Home, name: string | undefined): Gathered {
  checkReleases(home);
  const gone = checkPointers(home);
  const files = new Map<string, Buffer>();
  const stays: Gathered['stays'] = [];
  const unknown = [...home.unknown];
  const strays = new Set<string>();
  const others = new Set<string>();
  let runs = 0;
  for (const { path, run } of home.files.filter(({ fate }) => fate === 'reduce')) {
    const record = reduce(home.bytes(path), join(home.dir, path), run);
    const folder = posix.dirname(path);
    checkRun(home, folder, record.files);
    for (const stray of run === undefined ? [] : strayFiles(home, folder, record.files)) {
      strays.add(stray.path);
      unknown.push({ path: stray.path, size: stray.size });
    }
    if (name !== undefined && record.record.result.release.name !== name) others.add(folder);
    else {
      runs++;
      files.set(path, Buffer.from(`${JSON.stringify(record.record)}\n`));
    }
  }
  const isOf = ({ path, release }: HomeFile): boolean =>
    (name === undefined || release === undefined || release === name) &&
    !others.has(posix.dirname(path));
  for (const file of home.files) {
    const { path, size, fate } = file;
    if (strays.has(path)) continue;
    if (fate === 'hand' && isOf(file)) files.set(path, home.bytes(path));
    else if (fate === 'private') stays.push({ path, size, sha256: null });
    else stays.push({ path, size, sha256: home.digest(path) });
  }
  if (name !== undefined && ![...files.keys()].some((path) => path.startsWith(`releases/${name}/`)))
    throw new FedshotError('not-found', `${home.dir} holds no release named ${name}`, {
      hint: 'give the name of one that was pulled, or none for all',
    });
  return { files, stays, unknown, gone, runs };
}

function write(
  { files, stays, unknown, gone }: Gathered,
  key: Signer,
  { out, software, now }: EvidenceOptions,
): Map<string, Uint8Array> {
  const inOrder = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  const listed = inOrder.map(([path, bytes]) => ({
    path,
    size: bytes.length,
    sha256: sha256(bytes),
  }));
  const index = sealEvidence(
    { of: 'site', software, made: formatTime(now), stays, unknown, gone, files: listed },
    key,
  );
  const all = new Map<string, Uint8Array>([...files, [EVIDENCE_FILE, index]]);
  writeTree(out, all, refusePrivate);
  return all;
}

/** The last look before the folder has its name: nothing private may be in it, whoever put it there. */
function refusePrivate(dir: string): void {
  const found = findPrivate(dir);
  if (found)
    throw new FedshotError('data', `${found.path} holds ${found.holds}; nothing was written`, {
      hint: 'fedshot does not write that there: look who did, and move the file away',
    });
}
