import type { AuditedLog } from '../shared/log/index.js';
import type { ArtefactDigest } from './artefacts/digest.js';
import type { Artefact } from './artefacts/load.js';
import type { RecordFile } from './record/index.js';
import type { PublicStore } from './release/store.js';

/** What was audited, with what, and by whom. */
export interface About {
  readonly software: string;
  readonly auditor: string | null;
  /** The provider whose artefacts these have to be. */
  readonly provider: {
    /** SHA-256 of the newest root, hex, and its version. */
    readonly root: string;
    readonly version: number;
    /** Name of the log; null where none was given. */
    readonly log: string | null;
  } | null;
  readonly releases: readonly { name: string; version: number; digest: string }[];
  /** What is on record, by the clocks of recorder and provider; null where there is nothing. */
  readonly period: { readonly from: string; readonly until: string } | null;
  readonly artefacts: readonly AuditedArtefact[];
}

/** An artefact by its name, and its digest; null for what is not there or cannot be read. */
export interface AuditedArtefact {
  readonly kind: Artefact['flag'];
  readonly name: string;
  readonly digest: ArtefactDigest | null;
}

export function providerOf(
  store: PublicStore | undefined,
  log: AuditedLog | undefined,
): About['provider'] {
  const root = store?.roots.at(-1);
  if (!root) return null;
  return { root: root.fingerprint, version: root.version, log: log?.checkpoint.origin ?? null };
}

/** The record's time where there is one, else that of the log. */
export function periodOf(
  records: readonly RecordFile[] | undefined,
  log: AuditedLog | undefined,
): About['period'] {
  const times = records
    ? records.flatMap(({ from, until }) => [from, until].filter((time) => time !== ''))
    : (log?.leaves ?? []).map(({ time }) => new Date(time).toISOString());
  const sorted = [...times].sort();
  const [from] = sorted;
  const until = sorted.at(-1);
  return from === undefined || until === undefined ? null : { from, until };
}
