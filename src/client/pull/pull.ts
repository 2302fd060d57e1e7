import { createHash, randomInt } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { FedshotError } from '../../shared/errors.js';
import { random as seeded } from '../../shared/random.js';
import { type Reporter, silent } from '../../shared/reporter.js';
import {
  assertReleaseName,
  type Chunk,
  type Release,
  type TrustState,
  verifyRelease,
} from '../../shared/release/index.js';
import {
  defaultRetry,
  retrying,
  sleep as realSleep,
  type RetryOptions,
} from '../../shared/rpc/index.js';
import { openSources, readIdentity, type Source, type SourceOptions } from '../transfer/index.js';
import { trustWarnings } from '../trust/expiry.js';
import { readTrust, writeTrust } from '../trust/trust.js';
import { followAuthority } from './authority.js';
import { openCache } from './cache.js';
import { PartialRelease, wantedChunks, type Wanted } from './chunk-file.js';
import { download } from './download.js';
import { partialDir, releaseDir } from './home.js';
import { nameSource } from './fault.js';
import { alone } from './alone.js';
import { install, isWhole, point, sweepPartial } from './install.js';
import { Lane } from './lane.js';
import { witnessSource } from './witness.js';

export interface PullOptions {
  /** `HOST:PORT`, `https://…` or folders; all of them are used at once. */
  from: readonly string[];
  name: string;
  /** Folder of this site. */
  home: string;
  /** The site's certificate, when it is not the one in its home. */
  identity?: SourceOptions['identity'];
  insecurePlaintext?: boolean;
  /** Authorities of `https://` mirrors besides those that the world knows, PEM. */
  webCa?: readonly string[];
  reporter?: Reporter;
  signal?: AbortSignal;
  now?: () => Date;
  retry?: Partial<RetryOptions>;
}

export interface PullResult {
  release: { name: string; version: number; digest: string };
  /** Where its files are. */
  folder: string;
  /** Nothing had to be transferred: every byte was here. */
  upToDate: boolean;
  /** Bytes of chunks that came over the wire and were verified. */
  bytesReceived: number;
  /** Chunks that came over the wire. */
  chunks: number;
  /** Bytes that were here already, from another version or an earlier attempt. */
  bytesReused: number;
  /** Bytes of signed metadata received. */
  metadataBytes: number;
  seconds: number;
  sources: { from: string; bytes: number }[];
}

const MiB = 2 ** 20;

type Retry = Pick<RetryOptions, 'policy' | 'random' | 'sleep'>;

/** Verifies the release's metadata at the first source whose answers stand up to it. */
async function verify(
  options: PullOptions,
  sources: readonly Source[],
  retry: Retry,
): Promise<Release> {
  const { name, home, reporter = silent, signal, now = () => new Date() } = options;
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
          reporter.warn(`${nameSource(source, error).message}; asking the next source`);
      }
    throw first;
  });
}

const isChunk = ({ sha256, size }: Chunk, bytes: Uint8Array): boolean =>
  bytes.length === size && createHash('sha256').update(bytes).digest('hex') === sha256;

/** Takes every chunk that this home has, and says which are missing. */
async function reuse(
  home: string,
  partial: PartialRelease,
  wanted: readonly Wanted[],
): Promise<Wanted[]> {
  const cache = openCache(home, partial.fresh);
  const missing = new Set(wanted);
  const lane = new Lane(4);
  for (const entry of wanted)
    await lane.add(async () => {
      for await (const { bytes, place } of cache.read(entry.chunk)) {
        if (!isChunk(entry.chunk, bytes)) continue;
        await partial.write(entry, bytes, place);
        missing.delete(entry);
        return;
      }
    });
  await lane.drain();
  return [...missing];
}

/** The sources that may be used: those whose logs go on where they were. */
async function witnessed(
  options: PullOptions,
  sources: readonly Source[],
  retry: Retry,
): Promise<Source[]> {
  const usable: Source[] = [];
  for (const source of sources)
    try {
      const at = options.now?.() ?? new Date();
      const ask = (): Promise<void> => witnessSource(options.home, source, at);
      await (sources.length > 1 ? ask() : retrying({ ...retry, signal: options.signal }, ask));
      usable.push(source);
    } catch (error) {
      // A log that lies ends the pull; one of several servers may be away.
      const away = error instanceof FedshotError && error.code === 'network';
      if (!away || sources.length === 1) throw error;
      options.reporter?.warn(`${error.message}; it is not used`);
    }
  if (usable.length > 0) return usable;
  throw new FedshotError('network', 'none of the sources answers');
}

const sizeOf = (wanted: readonly Wanted[]): number =>
  wanted.reduce((sum, { chunk }) => sum + chunk.size, 0);

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
  const { home, name, reporter = silent, insecurePlaintext, webCa } = options;
  const identity = options.identity ?? readIdentity(home);
  const started = performance.now();
  const random = seeded(randomInt(2 ** 32)); // jitter must differ between sites
  const retry = { policy: defaultRetry, random, sleep: realSleep, ...options.retry };
  const stopper = new AbortController();
  const stop = (reason: Error): void => {
    stopper.abort(reason);
  };
  const signal = AbortSignal.any([stopper.signal, ...(options.signal ? [options.signal] : [])]);
  setMaxListeners(0, signal); // each request under way listens, of several sources at once
  const open = (): Source[] => {
    const { ca } = readTrust(home).root.document.tls;
    return openSources(options.from, { ca, webCa, identity, insecurePlaintext, signal });
  };
  let opened = open();
  const reopen = (): void => {
    for (const source of opened) source.close();
    opened = open();
  };
  try {
    const authorities = (): string => readTrust(home).root.document.tls.ca.join();
    const before = authorities();
    const release = await verify(options, opened, retry).catch(async (error: unknown) => {
      const at = { home, from: options.from, now: options.now?.() ?? new Date() };
      const how = { identity, insecurePlaintext, signal };
      if (!(await followAuthority(at, error, how, reporter))) throw error;
      reopen();
      return verify(options, opened, retry);
    });
    if (authorities() !== before) reopen();
    const at = options.now?.() ?? new Date();
    for (const line of trustWarnings(home, readTrust(home).root, at, [release]))
      reporter.warn(line);
    const sources = await witnessed({ ...options, signal }, opened, retry);
    const received = new Map(sources.map((source) => [source, 0]));
    let chunks = 0;
    let bytesReused = 0;
    if (await isWhole(home, release)) point(home, release);
    else {
      const dir = partialDir(home, release.digest);
      const partial = await PartialRelease.open(dir, release);
      try {
        const wanted = wantedChunks(release, dir);
        const missing = await reuse(home, partial, wanted);
        bytesReused = sizeOf(wanted) - sizeOf(missing);
        const task = reporter.task(`pull ${name} ${release.version}`, sizeOf(missing) / MiB, 'MiB');
        const onChunk = (source: Source, bytes: number): void => {
          chunks++;
          received.set(source, received.get(source)! + bytes);
          task.advance(bytes / MiB);
        };
        if (missing.length > 0)
          await download(
            { release, partial, sources, retry, reporter, signal, stop, onChunk },
            missing,
          );
        task.done();
        await partial.sync();
      } finally {
        await partial.close();
      }
      // Once more, so that what this site keeps of the logs covers what it was sent.
      await witnessed({ ...options, signal }, sources, retry).catch((error: unknown) => {
        if (!(error instanceof FedshotError) || error.code !== 'network') throw error;
      });
      install(home, release);
    }
    sweepPartial(home, release);
    const bytesReceived = [...received.values()].reduce((a, b) => a + b, 0);
    return {
      release: { name, version: release.version, digest: release.digest },
      folder: releaseDir(home, name, release.version),
      upToDate: chunks === 0,
      bytesReceived,
      chunks,
      bytesReused,
      metadataBytes: sources.reduce((sum, source) => sum + source.metadataBytes, 0),
      seconds: (performance.now() - started) / 1000,
      sources: [...received].map(([source, bytes]) => ({ from: source.name, bytes })),
    };
  } finally {
    for (const source of opened) source.close();
  }
}
