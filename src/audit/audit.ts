import { join } from 'node:path';
import { artefactDigest } from './artefacts/digest.js';
import { readInputs, type Inputs } from './artefacts/inputs.js';
import { nameArtefacts, type Artefact } from './artefacts/load.js';
import { periodOf, providerOf, type About, type AuditedArtefact } from './about.js';
import type { EgressResult } from './egress/index.js';
import { refusePrivate } from './site/handed.js';
import { AUDIT_PARTS } from './names.js';
import type { AuditOptions } from './options.js';
import { AuditParts } from './parts.js';
import { notChecked, type Claim, type OverallVerdict, type AuditPart } from './types.js';
import { LEFT_OUT, leaveOutClaims, outcomeOf } from './verdict.js';

export interface AuditResult {
  /** PASS only when each claim that was asked for was checked and holds. */
  readonly verdict: OverallVerdict;
  readonly at: string;
  readonly parts: readonly AuditPart[];
  readonly without: readonly string[];
  readonly about: About;
  readonly claims: readonly Claim[];
  /** What is missing, and how to get it: all lines of the claims that were not checked. */
  readonly missing: readonly string[];
  readonly unexplainedBytes: number | null;
  readonly slackBytes: number | null;
  readonly strangers: EgressResult['strangers'] | null;
  readonly connections: EgressResult['connections'];
}

/**
 * Checks what can be checked with these artefacts alone: offline, and without trusting whoever made
 * them. What is wrong with them becomes a finding, what is missing an open claim; it does not throw
 * for either.
 *
 * @throws FedshotError `usage` for a site's folder that holds keys or samples, which is not read on
 */
export async function audit(given: AuditOptions): Promise<AuditResult> {
  const options = withProvider(given);
  const { parts = AUDIT_PARTS, without = [], now = () => new Date() } = options;
  const artefacts = nameArtefacts([
    ['store', options.store],
    ['trust', options.trust],
    ['log', options.log],
    ...(options.record ?? []).map((path) => ['record', path] as const),
    ...(options.site ?? []).map((path) => ['site', path] as const),
  ]);
  refusePrivate(artefacts);
  const before = artefacts.map(digested);
  const inputs = readInputs(artefacts);
  const asked = parts.filter((part) => !without.includes(part));
  const run = new AuditParts(options, inputs);
  const claims: Claim[] = [];
  for (const part of parts)
    if (asked.includes(part)) claims.push(...(await run.claims(part)));
    else claims.push(leftOut(part));
  claims.push(...moved(before, artefacts.map(digested)));
  const judged = leaveOutClaims(withoutPaths(dedupe(claims), artefacts), without);
  const { egress } = run;
  return {
    verdict: outcomeOf(judged),
    at: now().toISOString(),
    parts,
    without,
    about: aboutOf(options, inputs, before),
    claims: judged,
    missing: inOrder(judged.flatMap(({ missing }) => missing)),
    unexplainedBytes: egress?.unexplainedBytes ?? null,
    slackBytes: egress?.slackBytes ?? null,
    strangers: egress?.strangers ?? null,
    connections: egress?.connections ?? [],
  };
}

/** A provider's folder stands for the store and the log in it. */
function withProvider(options: AuditOptions): AuditOptions {
  const { provider, store, log } = options;
  if (provider === undefined) return options;
  return { ...options, store: store ?? join(provider, 'store'), log: log ?? join(provider, 'log') };
}

/** Artefacts that were named but are not there come before those that were not named. */
function inOrder(lines: readonly string[]): string[] {
  const isMistake = (line: string): boolean => line.startsWith('no such');
  const all = [...new Set(lines)];
  return [...all.filter(isMistake), ...all.filter((line) => !isMistake(line))];
}

const leftOut = (part: AuditPart): Claim => ({
  ...notChecked(`${part}/all`, `Everything of the part ${part}`),
  verdict: 'LEFT OUT',
  notCovered: [LEFT_OUT],
});

const digested = ({ flag, name, path }: Artefact): AuditedArtefact => ({
  kind: flag,
  name,
  digest: artefactDigest(path) ?? null,
});

/** A store that cannot be read blocks several parts; it is reported once. */
const dedupe = (claims: readonly Claim[]): Claim[] => [...new Set(claims)];

/** The page is given to others: it names artefacts by their file names, without this machine's paths. */
function withoutPaths(claims: readonly Claim[], artefacts: readonly Artefact[]): Claim[] {
  const known = [...artefacts].sort((a, b) => b.path.length - a.path.length);
  const named = (line: string): string =>
    known.reduce((text, { path, name }) => text.replaceAll(path, name), line);
  return claims.map((one) => ({
    ...one,
    evidence: one.evidence.map(named),
    findings: one.findings.map(named),
    missing: one.missing.map(named),
    notCovered: one.notCovered.map(named),
  }));
}

/** Artefacts of a running provider may change while they are read: then the page describes no one state. */
function moved(before: readonly AuditedArtefact[], after: readonly AuditedArtefact[]): Claim[] {
  const changed = before.filter((one, i) => one.digest?.sha256 !== after[i]?.digest?.sha256);
  return changed.map(({ kind, name }) =>
    notChecked(
      `${kind === 'record' ? 'egress' : kind === 'store' || kind === 'trust' ? 'release' : kind}/still`,
      `${name}: it did not change while it was read`,
      `${name} changed while it was read: audit a copy of it`,
    ),
  );
}

function aboutOf(
  { auditor, software = 'fedshot' }: AuditOptions,
  inputs: Inputs,
  artefacts: readonly AuditedArtefact[],
): About {
  const { store, log, records } = inputs;
  const opened = 'value' in store ? store.value : undefined;
  const read = 'value' in log ? log.value : undefined;
  return {
    software,
    auditor: auditor ?? null,
    provider: providerOf(opened, read),
    releases: (opened?.releases ?? []).map(({ name, version, digest }) => ({
      name,
      version,
      digest,
    })),
    period: periodOf('value' in records ? records.value : undefined, read),
    artefacts,
  };
}
