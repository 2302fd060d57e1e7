import { FedshotError } from '../../shared/errors.js';
import { type Release, type TrustState, verifyRelease } from '../../shared/release/index.js';
import { retrying } from '../../shared/rpc/index.js';
import type { Source } from '../transfer/index.js';
import { trustWarnings } from '../trust/expiry.js';
import { readTrust, writeTrust } from '../trust/trust.js';
import { followAuthority } from './authority.js';
import type { PullContext } from './context.js';
import { nameSource } from './fault.js';
import { witnessSource } from './witness.js';

/**
 * The newest release of the name, its metadata verified. Where the provider has changed its authority,
 * the sources are opened again with the new one.
 *
 * @throws FedshotError what is wrong with the metadata of the first source, where that of no other holds
 */
export async function newestRelease(context: PullContext): Promise<Release> {
  const { home, sources, reporter, now } = context;
  const authorities = (): string => readTrust(home).root.document.tls.ca.join();
  const before = authorities();
  const release = await verify(context).catch(async (error: unknown) => {
    const at = { home, from: context.from, now: now() };
    if (!(await followAuthority(at, error, context, reporter))) throw error;
    sources.reopen();
    return verify(context);
  });
  if (authorities() !== before) sources.reopen();
  for (const line of trustWarnings(home, readTrust(home).root, now(), [release]))
    reporter.warn(line, 'expiry');
  return release;
}

/** Verifies the release's metadata at the first source whose answers stand up to it. */
async function verify(context: PullContext): Promise<Release> {
  const { name, home, reporter, signal, now, retry } = context;
  const sources = context.sources.all;
  const save = (state: TrustState): void => {
    writeTrust(home, state);
  };
  const ask = async (source: Source): Promise<Release> => {
    const verified = await verifyRelease(source, readTrust(home), name, { now: now(), save });
    return verified.release;
  };
  // Each once before one is asked again: one that is slow or silent is not waited for six times.
  return retrying({ ...retry, signal }, async () => {
    let first: unknown;
    for (const source of sources)
      try {
        return await ask(source);
      } catch (error) {
        if (!(error instanceof FedshotError) || error.code === 'interrupted') throw error;
        first ??= nameSource(source, error);
        if (sources.length > 1)
          reporter.warn(
            `${nameSource(source, error).message}; asking the next source`,
            'source-skipped',
            {
              source: source.name,
              error: error.code,
            },
          );
      }
    throw first;
  });
}

/**
 * The sources that may be used: those whose transparency logs extend what this site saw of them.
 *
 * @throws FedshotError `log` for a log that does not; `network` when no source answers
 */
export async function witnessedSources(
  { home, retry, signal, now, reporter }: PullContext,
  sources: readonly Source[],
): Promise<Source[]> {
  const usable: Source[] = [];
  for (const source of sources)
    try {
      const at = now();
      const ask = (): Promise<void> => witnessSource(home, source, at);
      await (sources.length > 1 ? ask() : retrying({ ...retry, signal }, ask));
      usable.push(source);
    } catch (error) {
      // A log that lies ends the pull; one of several servers may be away.
      const away = error instanceof FedshotError && error.code === 'network';
      if (!away || sources.length === 1) throw error;
      reporter.warn(`${error.message}; it is not used`, 'source-skipped', {
        source: source.name,
        error: error.code,
      });
    }
  if (usable.length > 0) return usable;
  throw new FedshotError('network', 'none of the sources answers');
}
