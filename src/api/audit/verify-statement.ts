import { z } from 'zod';
import type { AuditStatement } from '../../audit/index.js';
import { hex64, path } from '../../shared/option.js';
import { defineOperation } from '../operation.js';

export const verifyStatementOptions = z.strictObject({
  file: path('<file>').describe('the signed statement of an audit'),
  key: hex64('<hex>', 'a public key, 64 hex digits').describe(
    'the auditor’s public key, from the auditor',
  ),
});
export type VerifyStatementInput = z.input<typeof verifyStatementOptions>;

/** Checks who signed the statement of an audit. The verdict in it may be any. */
export default defineOperation({
  name: 'audit verify-statement',
  module: import.meta.url,
  options: verifyStatementOptions,
  async run({ file, key }): Promise<AuditStatement> {
    const { MAX_STATEMENT_BYTES, openStatement } = await import('../../audit/index.js');
    const { readBytes } = await import('../../shared/files.js');
    return openStatement(readBytes(file, MAX_STATEMENT_BYTES), Buffer.from(key, 'hex'));
  },
});
