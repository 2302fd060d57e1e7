import { keyringAt, type KeyOptions, type SecretsOf } from './keyring.js';
import type { Outside } from './operation.js';

/** Says what of a provider has expired or soon will, and how to renew it. @returns the lines */
export async function warnOfExpiry(
  options: KeyOptions,
  context: SecretsOf & Pick<Outside, 'now'>,
): Promise<string[]> {
  const { providerWarnings } = await import('../provider/expiry.js');
  const lines = providerWarnings(options.store, keyringAt(options, context), context.now());
  for (const line of lines) context.reporter.warn(line, 'expiry');
  return lines;
}
