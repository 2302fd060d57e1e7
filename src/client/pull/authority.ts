import { FedshotError } from '../../shared/errors.js';
import type { Reporter } from '../../shared/reporter.js';
import { followRoots } from '../../shared/release/index.js';
import { isServer, rootSource, type SourceOptions } from '../transfer/index.js';
import { readTrust, writeTrust } from '../trust/trust.js';

/**
 * A site that missed a change of the authority cannot judge the certificate of the provider's server.
 * It then asks for roots alone, over a connection that it does not trust: they vouch for themselves,
 * and the newest names the authority.
 *
 * @returns whether the root that this site trusts has changed: then it is worth another try
 */
export async function followAuthority(
  { home, from, now }: { home: string; from: readonly string[]; now: Date },
  failure: unknown,
  options: Pick<SourceOptions, 'identity' | 'signal' | 'insecurePlaintext'>,
  reporter: Reporter,
): Promise<boolean> {
  const distrust = failure instanceof FedshotError && failure.code === 'trust';
  if (!distrust || options.insecurePlaintext) return false;
  const before = readTrust(home).root;
  const { ca } = before.document.tls;
  for (const address of from.filter(isServer)) {
    const source = rootSource(address, { ca, identity: options.identity, signal: options.signal });
    try {
      await followRoots(source, readTrust(home), { now, save: (state) => writeTrust(home, state) });
    } catch (error) {
      if (!(error instanceof FedshotError)) throw error; // what failed first says more
    } finally {
      source.close();
    }
  }
  const { root } = readTrust(home);
  if (root.version === before.version) return false;
  reporter.note(
    `root ${before.version} → ${root.version}: the provider changed its authority`,
    'authority-changed',
    {
      from: before.version,
      to: root.version,
    },
  );
  return true;
}
