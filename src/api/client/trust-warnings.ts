import { existsSync } from 'node:fs';
import type { Outside } from '../operation.js';

/**
 * Says on standard error what of a site's trust has expired or will within 30 days. Commands that work
 * without a network say it too: a site that no longer pulls would not hear of it.
 */
export async function warnOfTrust(
  home: string,
  context: Pick<Outside, 'reporter' | 'now'>,
): Promise<void> {
  const [{ readTrust, trustFile }, { trustWarnings }] = await Promise.all([
    import('../../client/trust/trust-file.js'),
    import('../../client/trust/expiry.js'),
  ]);
  if (!existsSync(trustFile(home))) return; // no home: the command says so itself
  for (const line of trustWarnings(home, readTrust(home).root, context.now()))
    context.reporter.warn(line, 'expiry');
}
