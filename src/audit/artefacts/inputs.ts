import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FedshotError } from '../../shared/errors.js';
import { readBytes } from '../../shared/files.js';
import { readLog, type AuditedLog } from '../../shared/log/index.js';
import { MAX_ROOT_BYTES, openRoot } from '../../shared/release/index.js';
import { readRecording, type RecordFile } from '../record/index.js';
import { openSite, type Site } from '../site/site.js';
import { readStore, type PublicStore } from '../release/store.js';
import { load, notGiven, type Artefact, type Loaded } from './load.js';

/** Everything that was handed over, as far as it can be read. */
export interface Inputs {
  readonly store: Loaded<PublicStore>;
  readonly log: Loaded<AuditedLog>;
  readonly records: Loaded<readonly RecordFile[]>;
  readonly sites: readonly Loaded<Site>[];
}

/** A folder's records, or the one that was named. */
function recordFiles(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  const names = readdirSync(path).filter((name) => name.endsWith('.jsonl'));
  if (names.length === 0) throw new FedshotError('format', 'a folder without records (*.jsonl)');
  return names.sort().map((name) => join(path, name));
}

/** The same record twice counts once. */
function readRecords(paths: readonly string[], seen: Set<string>): RecordFile[] {
  return paths.flatMap(recordFiles).flatMap((file) => {
    const recording = readRecording(file);
    if (seen.has(recording.digest)) return [];
    seen.add(recording.digest);
    return [recording];
  });
}

function allOf<T>(list: readonly Loaded<readonly T[]>[]): Loaded<readonly T[]> {
  const fault = list.find((one) => 'fault' in one);
  if (fault) return fault;
  const missing = list.flatMap((one) => ('missing' in one ? one.missing : []));
  if (missing.length > 0) return { missing };
  return { value: list.flatMap((one) => ('value' in one ? one.value : [])) };
}

/** Reads what was given. Never throws: see `Loaded`. */
export function readInputs(artefacts: readonly Artefact[]): Inputs {
  const of = (flag: Artefact['flag']): Artefact[] =>
    artefacts.filter((artefact) => artefact.flag === flag);
  const [storeAt] = of('store');
  const [trustAt] = of('trust');
  const [logAt] = of('log');

  const trust: Loaded<Buffer> = trustAt
    ? load(trustAt, () => {
        const bytes = readBytes(trustAt.path, MAX_ROOT_BYTES);
        openRoot(bytes, trustAt.name);
        return bytes;
      })
    : notGiven('trust');
  const store = after(trust, storeAt, 'store', (bytes, { path }) => readStore(path, bytes));
  const log = after(store, logAt, 'log', ({ logKeys }, { path }) => readLog(path, logKeys));
  const seen = new Set<string>();
  const records = of('record').map((at) => load(at, () => readRecords([at.path], seen)));
  return {
    store,
    log,
    records: records.length > 0 ? allOf(records) : notGiven('record'),
    sites: of('site').map((at) => load(at, () => openSite(at.path, at.name))),
  };
}

/** What can only be read once something else was; what is missing of both is said at once. */
function after<T, U>(
  first: Loaded<T>,
  at: Artefact | undefined,
  flag: Artefact['flag'],
  read: (value: T, at: Artefact) => U,
): Loaded<U> {
  if ('fault' in first) return first;
  const own = at ? [] : notGiven(flag).missing;
  if ('missing' in first) return { missing: [...first.missing, ...own] };
  return at ? load(at, () => read(first.value, at)) : { missing: own };
}
