import { FedshotError } from '../../shared/errors.js';
import { silent } from '../../shared/reporter.js';
import { assertReleaseName, type Release } from '../../shared/release/index.js';
import type { Source } from '../transfer/index.js';
import { readTrust } from '../trust/trust.js';
import { alone } from './alone.js';
import { openContext, type PullContext } from './context.js';
import { fetchRelease, nothingFetched, type Fetched } from './fetch.js';
import { releaseDir } from './home.js';
import { install, isWhole, point, sweepPartial } from './install.js';
import { newestRelease, witnessedSources } from './newest.js';
import type { PullOptions, PullResult } from './options.js';

/**
 * Pulls the newest release of a name: verifies what is signed, takes from this home whatever chunks it
 * has, fetches the rest, and only when every byte is verified and on disk gives it its final name.
 * Whatever interrupts it, the next call goes on where it stopped. Of two at once, the second waits for the
 * first.
 *
 * @throws FedshotError `signature`, `digest`, `format`, `trust`, `rollback`, `expired`, `limit`,
 *   `not-found`, `denied`, `network`, `io`, `interrupted`
 */
export async function pull(options: PullOptions): Promise<PullResult> {
  const { home, name, reporter = silent, signal } = options;
  assertReleaseName(name);
  readTrust(home); // where no provider is pinned, no lock is laid either
  return alone(home, name, { reporter, signal }, () => pullAlone(options));
}

async function pullAlone(options: PullOptions): Promise<PullResult> {
  const started = performance.now();
  const context = openContext(options);
  const { home } = context;
  try {
    const release = await newestRelease(context);
    const sources = await witnessedSources(context, context.sources.all);
    const fetched = await bring(context, release, sources);
    sweepPartial(home, release);
    return resultOf(home, release, fetched, (performance.now() - started) / 1000);
  } finally {
    context.sources.close();
  }
}

/** Has the release whole under its final name. */
async function bring(
  context: PullContext,
  release: Release,
  sources: readonly Source[],
): Promise<Fetched> {
  const { home } = context;
  if (await isWhole(home, release)) {
    point(home, release);
    return nothingFetched(sources);
  }
  const fetched = await fetchRelease(context, release, sources);
  // Once more, so that what this site keeps of the logs covers what it was sent.
  await witnessedSources(context, sources).catch((error: unknown) => {
    if (!(error instanceof FedshotError) || error.code !== 'network') throw error;
  });
  install(home, release);
  return fetched;
}

function resultOf(
  home: string,
  { name, version, digest }: Release,
  { chunks, bytesReused, received }: Fetched,
  seconds: number,
): PullResult {
  return {
    release: { name, version, digest },
    folder: releaseDir(home, name, version),
    upToDate: chunks === 0,
    bytesReceived: [...received.values()].reduce((a, b) => a + b, 0),
    chunks,
    bytesReused,
    metadataBytes: [...received.keys()].reduce((sum, source) => sum + source.metadataBytes, 0),
    seconds,
    sources: [...received].map(([source, bytes]) => ({ from: source.name, bytes })),
  };
}
