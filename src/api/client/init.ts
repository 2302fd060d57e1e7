import { z } from 'zod';
import type { TrustReport } from '../../client/trust/trust.js';
import { flag, path, text } from '../../shared/option.js';
import { defineOperation } from '../operation.js';

export const initSiteOptions = z.strictObject({
  trust: path('<file>').describe('the provider’s trust.json'),
  home: path('<dir>').describe('folder of this site'),
  fingerprint: text('<hex>')
    .optional()
    .describe('refuse any root but the one with this fingerprint'),
  kit: path('<dir>').optional().describe('start-up kit: keep its certificate to show the provider'),
  replace: flag()
    .optional()
    .describe('forget another provider that is pinned, and everything seen of it'),
});
export type InitSiteInput = z.input<typeof initSiteOptions>;

/**
 * Makes a site's folder and pins the provider that it trusts. Where one is pinned already, takes its next
 * root from a file, or with `replace` another provider.
 */
export default defineOperation({
  name: 'client init',
  module: import.meta.url,
  options: initSiteOptions,
  async run({ trust, home, fingerprint, kit, replace }): Promise<TrustReport> {
    const { pinTrust, trustReport } = await import('../../client/trust/trust.js');
    const { installIdentity } = await import('../../client/transfer/index.js');
    const report = trustReport(pinTrust({ file: trust, home, fingerprint, replace }));
    if (kit !== undefined) installIdentity(home, kit);
    return report;
  },
});
