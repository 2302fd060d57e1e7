import type { Command } from 'commander';
import type { AuditOptions, Part } from '../../audit/index.js';
import { FedshotError } from '../../shared/errors.js';
import { command } from '../command.js';
import type { Io } from '../io.js';
import { addIsolateOption, enterIsolation, type IsolateFlag } from '../isolation.js';
import { path, repeated } from '../options.js';

type Options = Omit<AuditOptions, 'parts'> & { html?: string } & IsolateFlag;

const WORDS: Record<Part, [description: string, needs: string]> = {
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
  site: ['a site adapted in isolation and kept C', '--store STORE --trust trust.json --site HOME'],
};

/** `fedshot audit` with all its parts, and each part as a command of its own. */
export function register(parent: Command, io: Io): void {
  const whole = command(
    parent,
    'all',
    'every part that the artefacts allow (the default)',
    [
      'fedshot audit --store store --trust trust.json --log store-log --record record.jsonl --site work/site --html audit.html',
    ],
    { isDefault: true },
  );
  withArtefacts(whole).action((options: Options) => run(io, undefined, options));
  for (const [part, [description, needs]] of Object.entries(WORDS)) {
    const one = command(parent, part, description, [`fedshot audit ${part} ${needs}`.trim()]);
    withArtefacts(one).action((options: Options) => run(io, [part as Part], options));
  }
}

function withArtefacts(to: Command): Command {
  const each = (text: string, previous: string[]): string[] => repeated(path(text), previous);
  return addIsolateOption(to)
    .option('--store <dir>', 'the provider’s store, or a copy', path)
    .option('--trust <file>', 'the root that the auditor trusts, as sites pin it', path)
    .option('--log <dir>', 'the transparency log', path)
    .option('--record <file>', 'what the proxy recorded; may be repeated', each, [])
    .option('--site <dir>', 'a site’s home; may be repeated', each, [])
    .option(
      '--site-certificates <dir>',
      'certificates of sites: less slack where they use mTLS',
      path,
    )
    .option('--data <notation>', 'the source data, on the provider’s own premises')
    .option('--html <file>', 'write the page that can be filed', path);
}

async function run(io: Io, parts: Part[] | undefined, options: Options): Promise<void> {
  const { audit, auditPage, auditText } = await import('../../audit/index.js');
  const { writeFileAtomic } = await import('../../shared/files.js');
  const { data, isolate, store, trust, log, record, site, siteCertificates, html } = options;
  // Only the source data is private: what reads it is kept apart, as the training was.
  const needs = { read: [store, trust, log, siteCertificates, ...(record ?? []), ...(site ?? [])] };
  const isolation =
    data === undefined
      ? undefined
      : await enterIsolation(io, { ...needs, isolate, data: [data], writeFiles: [html] });
  const { insidePath } = await import('../../shared/isolate/index.js');
  const result = await audit({ ...options, parts, now: () => io.now() });
  if (html) writeFileAtomic(insidePath(html), auditPage(result));
  io.result(isolation ? { ...result, isolation } : result, auditText);
  if (result.verdict === 'PASS') return;
  const failed = result.claims.filter(({ verdict }) => verdict === 'FAIL');
  throw new FedshotError(
    'audit',
    failed.length > 0
      ? `the audit failed: ${failed[0]!.findings[0] ?? failed[0]!.claim}`
      : 'nothing could be checked with what was given',
    { hint: failed.length > 0 ? 'the page above names each place' : failed[0]?.notCovered[0] },
  );
}
