import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readBytes } from '../shared/files.js';
import { readLog } from '../shared/log/index.js';
import { auditData } from './data/index.js';
import { knownCertificates } from './egress/certificates.js';
import { auditEgress, type EgressResult } from './egress/index.js';
import { recoveriesOf } from './log-history.js';
import { auditLogFolder } from './log-folder.js';
import { auditLog, type Witness } from './log.js';
import { readRecording } from './record/index.js';
import { auditReleases } from './release.js';
import { auditSchema } from './schema.js';
import { auditSite, siteWitnesses } from './site.js';
import { readStore, type PublicStore } from './store.js';
import { notChecked, type Claim, type Part, type Verdict } from './types.js';

export const PARTS: readonly Part[] = ['schema', 'log', 'egress', 'release', 'data', 'site'];

/** The artefacts; what is not given cannot be checked, which the page says. */
export interface AuditOptions {
  readonly parts?: readonly Part[];
  readonly store?: string;
  /** The root that the auditor trusts, got from elsewhere than the store. */
  readonly trust?: string;
  readonly log?: string;
  /** Record files, or folders of them. */
  readonly record?: readonly string[];
  readonly site?: readonly string[];
  readonly siteCertificates?: string;
  /** The provider's source data; on its own premises only. */
  readonly data?: string;
  readonly now?: () => Date;
}

export interface AuditResult {
  /** FAIL when a claim fails; PASS when all that was asked for was checked and holds. */
  readonly verdict: Verdict;
  readonly at: string;
  readonly claims: readonly Claim[];
  readonly unexplainedBytes: number | null;
  readonly slackBytes: number | null;
  readonly connections: EgressResult['connections'];
}

const recordings = (paths: readonly string[]) =>
  paths.flatMap((path) =>
    existsSync(path) && !path.endsWith('.jsonl')
      ? readdirSync(path)
          .filter((name) => name.endsWith('.jsonl'))
          .sort()
          .map((name) => readRecording(join(path, name)))
      : [readRecording(path)],
  );

/**
 * Checks what can be checked with these artefacts alone: offline, and without trusting whoever made
 * them. What is wrong becomes a finding; it throws only where there is nothing to begin with.
 *
 * @throws FedshotError `not-found`, `format`, `trust`, `signature` for artefacts that cannot be read
 */
export async function audit(options: AuditOptions): Promise<AuditResult> {
  const { parts = PARTS, log: logDir, now = () => new Date() } = options;
  const claims: Claim[] = [];
  const want = (part: Part): boolean => parts.includes(part);
  const store =
    options.store && options.trust ? readStore(options.store, readBytes(options.trust)) : undefined;
  const log = store && logDir ? readLog(logDir, store.logKeys) : undefined;
  const needs = 'needs --store, --trust and --log';
  const { record = [], site: sites = [] } = options;
  let egress: EgressResult | undefined;

  if (want('schema')) claims.push(auditSchema());
  if (want('log')) {
    const witnesses: Witness[] = sites.flatMap(siteWitnesses);
    if (log && store && logDir)
      claims.push(
        ...auditLog(log, witnesses, recoveriesOf(store.roots)),
        auditLogFolder(logDir, log, store),
      );
    else claims.push(notChecked('log', 'The log is whole', needs));
  }
  const recorded = store && log && logDir && record.length > 0;
  if (recorded && (want('egress') || want('site'))) {
    const certificates = knownCertificates(logDir, options.siteCertificates);
    egress = auditEgress({ store, log, logDir, recordings: recordings(record), certificates });
  }
  if (want('egress'))
    claims.push(
      ...(egress?.claims ?? [
        notChecked('egress', 'Every byte on the wire is accounted for', `${needs}, and --record`),
      ]),
    );
  if (want('release')) claims.push(...releaseClaims(store));
  if (want('data'))
    claims.push(
      store && options.data
        ? await auditData(store, options.data)
        : notChecked(
            'data',
            'No source data is in the released bytes',
            'needs --store, --trust and --data, at the provider',
          ),
    );
  if (want('site')) {
    if (store && sites.length > 0)
      claims.push(...sites.flatMap((home) => auditSite(home, store, egress)));
    else
      claims.push(
        notChecked('site', 'Sites kept to themselves', 'needs --store, --trust and --site'),
      );
  }
  const bad = claims.some(({ verdict }) => verdict === 'FAIL');
  const checked = claims.some(({ verdict }) => verdict === 'PASS');
  return {
    verdict: bad ? 'FAIL' : checked ? 'PASS' : 'NOT CHECKED',
    at: now().toISOString(),
    claims,
    unexplainedBytes: egress?.unexplainedBytes ?? null,
    slackBytes: egress?.slackBytes ?? null,
    connections: egress?.connections ?? [],
  };
}

const releaseClaims = (store: PublicStore | undefined): Claim[] =>
  store
    ? auditReleases(store)
    : [notChecked('release', 'The store holds signed releases only', 'needs --store and --trust')];
