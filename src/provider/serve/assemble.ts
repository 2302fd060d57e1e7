import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { asFedshotError, FedshotError } from '../../shared/errors.js';
import { SharedBudget } from '../../shared/rpc/index.js';
import { Admission } from './admission.js';
import { Catalog } from './catalog.js';
import { Door } from './door.js';
import { Doorway, type ShownCertificate } from './doorway.js';
import { LogKeeper } from './log-keeper.js';
import { createMetrics, type Metrics, type MetricsSource } from './metrics.js';
import { defaultLimits, type ServingOptions } from './options.js';
import type { Desk } from './record.js';
import { Running } from './running.js';
import { Sums } from './sums.js';
import { whatVanishes } from './vanish.js';

/** What a server is made of, before it takes its first connection. */
export interface ServerParts {
  readonly desk: Desk;
  readonly doorway: Doorway;
  readonly admission: Admission;
  /** Looks once whether store and log are still there. */
  readonly lookForVanished: () => void;
  /** Resolves with the reason when the server cannot go on. */
  readonly broken: Promise<FedshotError>;
  /** Version of the newest root. */
  readonly root: number;
}

/**
 * Reads everything that a server needs to start.
 *
 * @throws FedshotError as `serve`, but for the port
 */
export async function assemble(options: ServingOptions): Promise<ServerParts> {
  const { store, log, now = () => new Date() } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const catalog = openCatalog(store);
  const root = await catalog.newestRoot();
  const { broken, breakDown } = breaking();
  const lookForVanished = whatVanishes(store, options.transparencyDir, breakDown);
  const transparency = keptLog(options, breakDown);
  const door = doorOf(options);
  const access = door.open();
  if (options.tls === 'insecure' && access.clientCa !== undefined)
    throw new FedshotError('usage', 'enrolled sites cannot be told apart without TLS');
  const metrics = createMetrics(
    metricsSource(door, () => doorway, now),
    { sites: options.metricsSites ?? false, version: options.version ?? 'unknown' },
  );
  const admission = new Admission(() => desk, limits);
  const desk: Desk = {
    catalog,
    limits,
    metrics,
    log,
    now,
    running: new Running(),
    sums: new Sums(log),
    transparency,
    budget: new SharedBudget(limits.bufferBytes),
    access: () => doorway.access,
    refused: admission.refused,
    disconnect: (peer) => doorway.disconnect(peer),
    logSigner: options.logSigner,
  };
  const load = certificateLoader(options, transparency, metrics);
  const doorway = new Doorway({ access, shown: await load(), load, door, desk });
  return { desk, doorway, admission, lookForVanished, broken, root: root.version };
}

function openCatalog(store: string): Catalog {
  if (existsSync(store)) return new Catalog(store);
  throw new FedshotError('not-found', `no such store: ${store}`, {
    hint: 'make one with: fedshot provider init --store STORE',
  });
}

const doorOf = ({ store, sites, policy, asks, memory, log }: ServingOptions): Door =>
  new Door({
    sites,
    policy,
    asks: asks ?? 'when-enrolled',
    memory: [store, ...(memory ?? [])],
    log,
  });

const metricsSource = (door: Door, doorway: () => Doorway, now: () => Date): MetricsSource => ({
  connections: () => doorway().connections(),
  sites: () =>
    doorway().access.clientCa === undefined
      ? undefined
      : { ...door.counts(), firstExpiry: door.firstExpiry(now()) },
});

/** Reads the server's certificate, and puts it on record before anybody is shown it. */
function certificateLoader(
  { tls }: ServingOptions,
  transparency: LogKeeper | undefined,
  metrics: Metrics,
): () => Promise<ShownCertificate | undefined> {
  if (tls === 'insecure') return () => Promise.resolve(undefined);
  return async () => {
    try {
      const shown = await tls.load();
      const { validTo } = new X509Certificate(shown.cert);
      transparency?.keepCertificate(shown.cert);
      metrics.certificateExpires.set(Date.parse(validTo) / 1000);
      return shown;
    } catch (error) {
      throw asFedshotError(error, 'format', "the server's certificate");
    }
  };
}

function breaking(): { broken: Promise<FedshotError>; breakDown: (error: FedshotError) => void } {
  let breakDown: (error: FedshotError) => void = () => undefined;
  const broken = new Promise<FedshotError>((resolve) => (breakDown = resolve));
  return { broken, breakDown };
}

function keptLog(
  { transparency, reopenTransparency, log }: ServingOptions,
  onLost: (error: FedshotError) => void,
): LogKeeper | undefined {
  if (!transparency) return undefined;
  const never = (): Promise<never> =>
    Promise.reject(new FedshotError('log', 'the log cannot be written any more'));
  return new LogKeeper(transparency, { reopen: reopenTransparency ?? never, log, onLost });
}
