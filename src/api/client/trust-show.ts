import { z } from 'zod';
import type { TrustReport } from '../../client/trust/trust.js';
import { path } from '../../shared/option.js';
import { defineOperation } from '../operation.js';

export const trustShowOptions = z.strictObject({
  home: path('<dir>').describe('folder of this site'),
});
export type TrustShowInput = z.input<typeof trustShowOptions>;

/** Shows the pinned root and the newest versions seen. */
export default defineOperation({
  name: 'client trust show',
  module: import.meta.url,
  options: trustShowOptions,
  async run({ home }, context): Promise<TrustReport> {
    const { readTrust, trustReport } = await import('../../client/trust/trust.js');
    const { trustWarnings } = await import('../../client/trust/expiry.js');
    const state = readTrust(home);
    for (const line of trustWarnings(home, state.root, context.now()))
      context.reporter.warn(line, 'expiry');
    return trustReport(state);
  },
});
