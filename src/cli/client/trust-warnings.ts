import { existsSync } from 'node:fs';
import type { Io } from '../io.js';

/**
 * Says on standard error what of a site's trust has expired or will within 30 days. Commands that work
 * without a network say it too: a site that no longer pulls would not hear of it.
 */
export async function warnOfTrust(home: string, io: Pick<Io, 'reporter' | 'now'>): Promise<void> {
  const [{ readTrust, trustFile }, { trustWarnings }] = await Promise.all([
    import('../../client/trust/trust-file.js'),
    import('../../client/trust/expiry.js'),
  ]);
  if (!existsSync(trustFile(home))) return; // no home: the command says so itself
  for (const line of trustWarnings(home, readTrust(home).root, io.now())) io.reporter.warn(line);
}
