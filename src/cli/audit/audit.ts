import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import type { AuditResult, Part } from '../../audit/index.js';
import { CLAIMS, PARTS } from '../../audit/names.js';
import { FedshotError } from '../../shared/errors.js';
import { command } from '../command.js';
import type { Io } from '../io.js';
import { addIsolateOption, enterIsolation, type IsolateFlag } from '../isolation.js';
import { list, nonNegativeInteger, outputFile, path, repeated } from '../options.js';
import { auditorSigner } from './signer.js';

interface Options {
  store?: string;
  trust?: string;
  log?: string;
  provider?: string;
  record: string[];
  site: string[];
  siteKey?: string[];
  siteCertificates?: string;
  data?: string;
  without?: string[];
  recorderKey?: string;
  since?: string;
  auditor?: string;
  html?: string;
  statement?: string;
  key?: string;
  unsignedStatement?: boolean;
  passphraseFd?: number;
}
type AllOptions = Options & IsolateFlag;

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
  site: [
    'a site adapted in isolation and kept C',
    '--store STORE --trust trust.json --site FOLDER --site-key ID',
  ],
};

/** `fedshot audit` with all its parts, and each part as a command of its own. */
export function register(parent: Command, io: Io): void {
  const whole = command(
    parent,
    'all',
    'every part (the default)',
    [
      'fedshot audit --provider from-provider --trust trust.json --record record.jsonl --site from-site --html audit.html',
    ],
    { isDefault: true },
  );
  withArtefacts(whole).action((options: AllOptions) => run(io, undefined, options));
  for (const [part, [description, needs]] of Object.entries(WORDS)) {
    const one = command(parent, part, description, [`fedshot audit ${part} ${needs}`.trim()]);
    withArtefacts(one).action((options: AllOptions) => run(io, [part as Part], options));
  }
}

/** Names that `--without` takes. */
function names(text: string): string[] {
  const known: readonly string[] = [...PARTS, ...CLAIMS];
  const unknown = list(text).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new InvalidArgumentError(`"${unknown}" is none of ${known.join(', ')}.`);
  return list(text);
}

function fingerprint(text: string): string {
  const digits = text.replace(/[\s:]/g, '').toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(digits)) throw new InvalidArgumentError('Expected 64 hex digits.');
  return digits;
}

const keyIds = (text: string, previous: string[] = []): string[] => [
  ...previous,
  fingerprint(text),
];

function withArtefacts(to: Command): Command {
  const each = (text: string, previous: string[]): string[] => repeated(path(text), previous);
  return addIsolateOption(to)
    .optionsGroup('Artefacts:')
    .option('--store <dir>', 'the provider’s store, or a copy', path)
    .option('--trust <file>', 'the root that the auditor trusts, as sites pin it', path)
    .option('--log <dir>', 'the transparency log', path)
    .option('--provider <dir>', 'what the provider has handed over: store and log', path)
    .option('--record <file>', 'what the proxy recorded; may be repeated', each, [])
    .option('--site <dir>', 'what a site has handed over; may be repeated', each, [])
    .option('--site-key <id>', 'key id of a site that you trust; may be repeated', keyIds)
    .option(
      '--site-certificates <dir>',
      'certificates of sites: less slack where they use mTLS',
      path,
    )
    .option('--data <notation>', 'the source data, on the provider’s own premises')
    .optionsGroup('What is asked, and who asks:')
    .option('--without <names>', 'parts or claims that are not asked for: data,site', names)
    .option('--recorder-key <id>', 'key id of the recorder that you trust', fingerprint)
    .option('--since <when>', 'when the recorder came: a time, or a file with a checkpoint of then')
    .option('--auditor <name>', 'who audits, for the page and the statement')
    .optionsGroup('Page and statement:')
    .option('--html <file>', 'write the page that can be filed', outputFile)
    .option('--statement <file>', 'write a signed statement (DSSE, in-toto)', outputFile)
    .option('--key <file>', 'your key for the statement; made if it is not there', path)
    .option('--unsigned-statement', 'write the statement without a signature')
    .option(
      '--passphrase-fd <n>',
      'read the passphrase of --key from this file descriptor (default: FEDSHOT_PASSPHRASE, or ask)',
      nonNegativeInteger,
    );
}

async function run(io: Io, parts: Part[] | undefined, options: AllOptions): Promise<void> {
  const { isolate, html, statement, key, unsignedStatement, passphraseFd, since, ...given } =
    options;
  if (statement !== undefined && key === undefined && !unsignedStatement)
    throw new FedshotError('usage', `--statement ${statement}: nobody would have signed it`, {
      hint: 'name your key with --key FILE (made at first use), or say --unsigned-statement',
    });
  const signer = key === undefined ? undefined : auditorSigner({ key, passphraseFd }, io);
  // Only the source data is private: what reads it is kept apart, as the training was.
  const isolation =
    given.data === undefined
      ? undefined
      : await enterIsolation(io, {
          isolate,
          data: [given.data],
          read: [
            ...[given.store, given.trust, given.log, given.provider, given.siteCertificates, since],
            ...given.record,
            ...given.site,
          ].filter((path) => path !== undefined && existsSync(path)),
          writeFiles: [html, statement],
          answer: signer?.answer,
        });
  const { audit, auditPage, auditText, parseSince, writeStatement } =
    await import('../../audit/index.js');
  const { writeFileAtomic } = await import('../../shared/files.js');
  const { insidePath } = await import('../../shared/isolate/index.js');
  const { version } = await import('../version.js');
  const result = await audit({
    ...given,
    parts,
    since: since === undefined ? undefined : parseSince(since),
    software: `fedshot ${version()}`,
    now: () => io.now(),
  });
  const page = auditPage(result);
  if (html !== undefined) writeFileAtomic(insidePath(html), page);
  if (statement !== undefined) {
    const beside = html === undefined ? undefined : { name: basename(html), content: page };
    const bytes = await writeStatement(result, signer?.sign, beside);
    writeFileAtomic(insidePath(statement), bytes);
  }
  const signed = statement === undefined ? undefined : await signer?.who();
  io.result({ ...result, ...(signed && { signed }), ...(isolation && { isolation }) }, () =>
    [
      auditText(result),
      ...(signed ? [`signed: ${statement!} by the key ${signed.public}`] : []),
    ].join('\n'),
  );
  throwUnlessPass(result);
}

/** The verdict as an exit code: only a PASS is 0. */
function throwUnlessPass({ verdict, claims, missing }: AuditResult): void {
  if (verdict === 'PASS') return;
  if (verdict === 'FAIL') {
    const failed = claims.find((claim) => claim.verdict === 'FAIL');
    throw new FedshotError('audit', `the audit failed: ${failed?.findings[0] ?? 'a claim'}`, {
      hint: 'the page above names each place',
    });
  }
  const [what = 'nothing was checked', ...how] = (missing[0] ?? '').split('; ');
  throw new FedshotError('incomplete', `the audit is incomplete: ${what}`, {
    hint:
      how.join('; ') ||
      'everything that is missing is listed above; --without NAME leaves a claim out',
  });
}
