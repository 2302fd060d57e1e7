import { z } from 'zod';
import type { Freshness } from '../../shared/release/index.js';
import { duration } from '../../shared/option.js';
import { warnOfExpiry } from '../expiry-warnings.js';
import { keyOptions } from '../keyring.js';
import { defineOperation } from '../operation.js';
import { storeAt, storeFolder } from '../store.js';
import { daysOf } from './days.js';

export const refreshOptions = z.strictObject({
  store: storeFolder,
  validFor: duration().optional().describe('how long a site takes it for current (default: 7d)'),
  ...keyOptions,
});
export type RefreshInput = z.input<typeof refreshOptions>;
export type RefreshOutcome = Pick<Freshness, 'version' | 'expires' | 'releases'>;

/** Signs the list of releases anew, so that it stays fresh. */
export default defineOperation({
  name: 'provider refresh',
  module: import.meta.url,
  options: refreshOptions,
  async run(options, context): Promise<RefreshOutcome> {
    const { refreshStore } = await import('../../provider/roots/refresh.js');
    const { version, expires, releases } = await refreshStore({
      ...storeAt(options, context),
      days: daysOf(options.validFor),
    });
    await warnOfExpiry(options, context);
    return { version, expires, releases };
  },
});
