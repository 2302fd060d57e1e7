import type { Command } from 'commander';
import audit, { AUDIT_HEADINGS, type AuditOutcome } from '../../api/audit/audit.js';
import type { AuditResult, AuditPart } from '../../audit/index.js';
import { AUDIT_PARTS } from '../../audit/names.js';
import { auditText } from '../../audit/page/text.js';
import { FedshotError } from '../../shared/errors.js';
import type { Io } from '../io.js';
import { addCommand } from '../operation-command.js';

const WORDS: Record<AuditPart, [description: string, needs: string]> = {
  schema: ['what a request can say at most, field by field', ''],
  log: ['the log is whole, signed, and one for all', '--store STORE --trust trust.json --log LOG'],
  egress: [
    'bytes on the wire, logged messages and signed releases agree',
    '--store STORE --trust trust.json --log LOG --record record.jsonl',
  ],
  release: ['the store holds signed models and nothing else', '--store STORE --trust trust.json'],
  data: [
    'no source data is in what was released (at the provider)',
    '--store STORE --trust trust.json --data idx:images.gz',
  ],
  site: [
    'a site adapted in isolation and kept C',
    '--store STORE --trust trust.json --site FOLDER --site-key ID',
  ],
};

/** `fedshot audit` with all its parts, and each part as a command of its own. */
export function register(parent: Command, io: Io): void {
  const common = {
    operation: audit,
    headings: AUDIT_HEADINGS,
    text: (result: AuditOutcome, { statement }: { statement?: string }) =>
      [
        auditText(result),
        ...(result.signed ? [`signed: ${statement ?? ''} by the key ${result.signed.public}`] : []),
      ].join('\n'),
    failure: failureOf,
  };
  addCommand(parent, io, {
    ...common,
    name: 'all',
    about: 'every part (the default)',
    examples: [
      'fedshot audit --provider from-provider --trust trust.json --record record.jsonl --site from-site --html audit.html',
    ],
    preset: { parts: undefined },
    isDefault: true,
  });
  for (const part of AUDIT_PARTS) {
    const [about, needs] = WORDS[part];
    addCommand(parent, io, {
      ...common,
      name: part,
      about,
      examples: [`fedshot audit ${part} ${needs}`.trim()],
      preset: { parts: [part] },
    });
  }
}

/** The verdict as an exit code: only a PASS is 0. */
function failureOf({ verdict, claims, missing }: AuditResult): FedshotError | undefined {
  if (verdict === 'PASS') return undefined;
  if (verdict === 'FAIL') {
    const failed = claims.find((claim) => claim.verdict === 'FAIL');
    return new FedshotError('audit', `the audit failed: ${failed?.findings[0] ?? 'a claim'}`, {
      hint: 'the page above names each place',
    });
  }
  const [what = 'nothing was checked', ...how] = (missing[0] ?? '').split('; ');
  return new FedshotError('incomplete', `the audit is incomplete: ${what}`, {
    hint:
      how.join('; ') ||
      'everything that is missing is listed above; --without NAME leaves a claim out',
  });
}
