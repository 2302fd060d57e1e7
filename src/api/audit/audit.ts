import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { z } from 'zod';
import type { AuditResult } from '../../audit/index.js';
import { CLAIMS, AUDIT_PARTS } from '../../audit/names.js';
import { dataSource } from '../../shared/data/index.js';
import { FedshotError } from '../../shared/errors.js';
import type { IsolationRecord } from '../../shared/isolate/index.js';
import {
  choice,
  flag,
  hex64,
  list,
  nonNegativeInteger,
  outputFile,
  path,
  several,
  text,
} from '../../shared/option.js';
import { version } from '../../shared/version.js';
import { passphraseOption } from '../keyring.js';
import { defineOperation } from '../operation.js';
import { auditorKey, statementSigner } from './signer.js';

const KNOWN: readonly string[] = [...AUDIT_PARTS, ...CLAIMS];

/** Names that `without` takes. */
const names = list('<names>').superRefine((given, context) => {
  const unknown = given.find((name) => !KNOWN.includes(name));
  if (unknown !== undefined)
    context.addIssue({
      code: 'custom',
      message: `"${unknown}" is none of ${KNOWN.join(', ')}.`,
    });
});

export const auditOptions = z.strictObject({
  parts: z.array(choice('<part>', AUDIT_PARTS)).optional().describe('parts that are looked at'),
  store: path('<dir>').optional().describe('the provider’s store, or a copy'),
  trust: path('<file>').optional().describe('the root that the auditor trusts, as sites pin it'),
  log: path('<dir>').optional().describe('the transparency log'),
  provider: path('<dir>').optional().describe('what the provider has handed over: store and log'),
  record: several(path('<file>')).default([]).describe('what the proxy recorded; may be repeated'),
  site: several(path('<dir>')).default([]).describe('what a site has handed over; may be repeated'),
  siteKey: several(hex64('<id>'))
    .optional()
    .describe('key id of a site that you trust; may be repeated'),
  siteCertificates: path('<dir>')
    .optional()
    .describe('certificates of sites: less slack where they use mTLS'),
  data: dataSource().optional().describe('the source data, on the provider’s own premises'),
  without: names.optional().describe('parts or claims that are not asked for: data,site'),
  recorderKey: hex64('<id>').optional().describe('key id of the recorder that you trust'),
  since: text('<when>')
    .optional()
    .describe('when the recorder came: a time, or a file with a checkpoint of then'),
  auditor: text('<name>').optional().describe('who audits, for the page and the statement'),
  html: outputFile().optional().describe('write the page that can be filed'),
  statement: outputFile().optional().describe('write a signed statement (DSSE, in-toto)'),
  key: path('<file>').optional().describe('your key for the statement; made if it is not there'),
  unsignedStatement: flag().optional().describe('write the statement without a signature'),
  passphraseFd: nonNegativeInteger()
    .optional()
    .describe(
      'read the passphrase of --key from this file descriptor (default: FEDSHOT_PASSPHRASE, or ask)',
    ),
  passphrase: passphraseOption,
});
export type AuditInput = z.input<typeof auditOptions>;
type Options = z.output<typeof auditOptions>;
export type AuditOutcome = AuditResult & {
  signed?: { keyid: string; public: string };
  isolation?: IsolationRecord;
};

export const AUDIT_HEADINGS = {
  'Artefacts:': [
    'store',
    'trust',
    'log',
    'provider',
    'record',
    'site',
    'siteKey',
    'siteCertificates',
    'data',
  ],
  'What is asked, and who asks:': ['without', 'recorderKey', 'since', 'auditor'],
  'Page and statement:': ['html', 'statement', 'key', 'unsignedStatement', 'passphraseFd'],
};

/** Checks what provider, recorder and sites hand over: every claim, or those of some parts. */
export default defineOperation({
  name: 'audit',
  module: import.meta.url,
  options: auditOptions,
  rights(options, outside) {
    assertSigned(options);
    // Only the source data is private: what reads it is kept apart, as the training was.
    if (options.data === undefined) return undefined;
    const { store, trust, log, provider, siteCertificates, since, record, site } = options;
    const { key, passphraseFd, passphrase } = options;
    return {
      read: [store, trust, log, provider, siteCertificates, since, ...record, ...site].filter(
        (file) => file !== undefined && existsSync(file),
      ) as string[],
      answer:
        key === undefined ? undefined : auditorKey({ key, passphraseFd, passphrase }, outside),
    };
  },
  async run(options, context): Promise<AuditOutcome> {
    const { html, statement, key, unsignedStatement, since, ...rest } = options;
    const { passphraseFd, passphrase, ...given } = rest;
    const { audit, auditPage, parseSince, writeStatement } = await import('../../audit/index.js');
    const { writeFileAtomic } = await import('../../shared/files.js');
    const { insidePath } = await import('../../shared/isolate/index.js');
    const result = await audit({
      ...given,
      since: since === undefined ? undefined : parseSince(since),
      software: `fedshot ${version()}`,
      now: () => context.now(),
    });
    const page = auditPage(result);
    if (html !== undefined) writeFileAtomic(insidePath(html), page);
    const signer =
      key === undefined
        ? undefined
        : statementSigner(context.ask ?? auditorKey({ key, passphraseFd, passphrase }, context));
    if (statement !== undefined) {
      const beside = html === undefined ? undefined : { name: basename(html), content: page };
      const sign = unsignedStatement ? undefined : signer?.sign;
      writeFileAtomic(insidePath(statement), await writeStatement(result, sign, beside));
    }
    const signed = statement === undefined ? undefined : await signer?.who();
    const { isolation } = context;
    return { ...result, ...(signed && { signed }), ...(isolation && { isolation }) };
  },
});

function assertSigned({ statement, key, unsignedStatement }: Options): void {
  if (statement === undefined || key !== undefined || unsignedStatement) return;
  throw new FedshotError('usage', `--statement ${statement}: nobody would have signed it`, {
    hint: 'name your key with --key FILE (made at first use), or say --unsigned-statement',
  });
}
