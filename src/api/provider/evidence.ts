import { z } from 'zod';
import type { ProviderEvidence } from '../../provider/backup/evidence.js';
import { path } from '../../shared/option.js';
import { version } from '../../shared/version.js';
import { keyOptions, keyringAt } from '../keyring.js';
import { defineOperation } from '../operation.js';
import { logFolder, storeFolder } from '../store.js';

export const providerEvidenceOptions = z.strictObject({
  folder: path('<folder>').describe('what the auditor is given; not there yet'),
  store: storeFolder,
  log: logFolder,
  ...keyOptions,
});
export type ProviderEvidenceInput = z.input<typeof providerEvidenceOptions>;
export type ProviderEvidenceOutcome = ProviderEvidence & { folder: string };

/** Copies store and log as of one moment for an auditor, signed by the log key; no keys. */
export default defineOperation({
  name: 'provider evidence',
  module: import.meta.url,
  options: providerEvidenceOptions,
  async run({ folder, log, ...options }, context): Promise<ProviderEvidenceOutcome> {
    const { providerEvidence } = await import('../../provider/backup/evidence.js');
    const { store } = options;
    const keyring = keyringAt(options, context);
    const software = `fedshot ${version()}`;
    const from = { store, keyring, dir: log, software, now: () => context.now() };
    const value = await providerEvidence(from, folder);
    if (value.signedBy === undefined)
      context.reporter.warn(
        'the index is not signed: the log key is not here (--keys, FEDSHOT_KEYS); the audit will say so',
        'index-not-signed',
      );
    return { ...value, folder };
  },
});
