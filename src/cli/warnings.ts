import type { Io } from './io.js';
import { keyringAt, type KeyOptions } from './keyring.js';

/** Tells people what of a provider has expired or soon will, and how to renew it. */
export async function warnOfExpiry(options: KeyOptions, io: Io): Promise<string[]> {
  const { providerWarnings } = await import('../provider/expiry.js');
  const lines = providerWarnings(options.store, keyringAt(options, io), io.now());
  for (const line of lines) io.reporter.warn(line);
  return lines;
}
