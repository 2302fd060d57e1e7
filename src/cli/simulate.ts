import { join } from 'node:path';
import type { Command } from 'commander';
import simulate, { type SimulateOutcome } from '../api/simulate.js';
import type { AuditResult } from '../audit/index.js';
import { FedshotError } from '../shared/errors.js';
import { bytes, durationText, percent, points, table } from '../shared/report/terminal/index.js';
import type { SimulateResult } from '../simulate/types.js';
import type { Io } from './io.js';
import { addCommand } from './operation-command.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: simulate,
    name: 'simulate',
    about: 'a provider and sites as separate processes on this machine',
    examples: [
      'fedshot simulate --sites 3 --report report.html',
      'fedshot simulate --domains thin,slanted --sites 2 --seed 7 --out work/two --json',
    ],
    text: (result, { report }) => summary(result, report),
    failure: failureOf,
  });
}

function failureOf(
  { audit, failed = [] }: SimulateOutcome,
  { sites }: { sites: number },
): FedshotError | undefined {
  if (audit && audit.verdict !== 'PASS')
    return new FedshotError(
      audit.verdict === 'FAIL' ? 'audit' : 'incomplete',
      `the audit's verdict is ${audit.verdict}`,
      { hint: audit.missing[0] ?? 'the audit page names each place' },
    );
  if (failed.length === 0) return undefined;
  const names = failed.map(({ name }) => name).join(', ');
  const message = `${failed.length} of ${sites} sites did not finish: ${names}`;
  return new FedshotError('incomplete', message, { hint: failed[0]?.error.message });
}

function summary(
  { provider, sites, failed = [], audit, seconds, out }: SimulateResult,
  report?: string,
): string {
  const rows = table(
    [
      { heading: 'site', value: (site) => site.name },
      { heading: 'domain', value: (site) => site.domain },
      { heading: 'source only', value: (site) => percent(site.sourceOnlyAccuracy), align: 'right' },
      { heading: 'adapted', value: (site) => percent(site.adaptedAccuracy), align: 'right' },
      {
        heading: 'points',
        value: (site) => points(site.adaptedAccuracy - site.sourceOnlyAccuracy),
        align: 'right',
      },
      {
        heading: 'pseudo-labels agree',
        value: (site) => percent(site.pseudoLabelAgreement),
        align: 'right',
      },
      { heading: 'verdict', value: (site) => site.verdict ?? '' },
      { heading: 'time', value: (site) => durationText(site.seconds), align: 'right' },
      { heading: 'received', value: (site) => bytes(site.bytesReceived), align: 'right' },
    ],
    sites,
  );
  return [
    `The provider trained on ${provider.data}: ${percent(provider.heldOutAccuracy)} on its own held-out digits.`,
    '',
    rows,
    ...failed.map(
      ({ name, domain, error }) => `${name} (${domain}) did not finish: ${error.message}`,
    ),
    '',
    `${sites.length} sites in ${durationText(seconds)}; every file is in ${out}`,
    ...(audit ? [...auditLines(audit), `audit page: ${join(out, 'audit.html')}`] : []),
    ...(report ? [`report: ${report}`] : []),
  ].join('\n');
}

function auditLines({ verdict, claims, unexplainedBytes }: AuditResult): string[] {
  const failed = claims.filter((claim) => claim.verdict === 'FAIL');
  const open = claims.filter((claim) => claim.verdict === 'NOT CHECKED');
  return [
    `audit: ${verdict}, ${claims.length} claims, unexplained bytes: ${unexplainedBytes ?? 'not known'}`,
    ...failed.map(({ claim, findings }) => `  FAIL ${claim}: ${findings.join('; ')}`),
    ...open.map(({ claim, missing }) => `  NOT CHECKED ${claim}: ${missing.join('; ')}`),
  ];
}
