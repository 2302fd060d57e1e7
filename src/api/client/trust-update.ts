import { z } from 'zod';
import type { TrustReport } from '../../client/trust/trust.js';
import type { StepContext } from '../../shared/isolate/index.js';
import { path, text } from '../../shared/option.js';
import { defineOperation } from '../operation.js';
import { mirrorOptions, sourceRights, webAuthorities } from './mirrors.js';

export const trustUpdateOptions = z.strictObject({
  from: text('<source>').describe('HOST:PORT, https://… or a folder'),
  home: path('<dir>').describe('folder of this site'),
  ...mirrorOptions,
});
export type TrustUpdateInput = z.input<typeof trustUpdateOptions>;

/** Follows the provider's roots and looks at what it lists. */
export default defineOperation({
  name: 'client trust update',
  module: import.meta.url,
  options: trustUpdateOptions,
  rights: (options, outside) => sourceRights({ ...options, from: [options.from] }, outside),
  async run(options, context: StepContext): Promise<TrustReport> {
    const { home } = options;
    const { reporter } = context;
    const { trustReport } = await import('../../client/trust/trust.js');
    const { trustWarnings } = await import('../../client/trust/expiry.js');
    const state = await follow(options, context);
    for (const line of trustWarnings(home, state.root, context.now()))
      reporter.warn(line, 'expiry');
    return trustReport(state);
  },
});

async function follow(
  { from, home, ...mirrors }: z.output<typeof trustUpdateOptions>,
  context: StepContext,
) {
  const [{ readTrust, updateTrust }, { openSource, readIdentity }, { followAuthority }] =
    await Promise.all([
      import('../../client/trust/trust.js'),
      import('../../client/transfer/index.js'),
      import('../../client/pull/authority.js'),
    ]);
  const { signal, reporter } = context;
  const webCa = await webAuthorities(mirrors, context);
  const identity = readIdentity(home);
  const update = async () => {
    const { ca } = readTrust(home).root.document.tls;
    const source = openSource(from, { ca, webCa, identity, signal });
    try {
      return await updateTrust(source, home, context.now());
    } finally {
      source.close();
    }
  };
  return update().catch(async (error: unknown) => {
    const at = { home, from: [from], now: context.now() };
    if (!(await followAuthority(at, error, { identity, signal }, reporter))) throw error;
    return update();
  });
}
