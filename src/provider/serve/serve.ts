import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { asFedshotError, FedshotError } from '../../shared/errors.js';
import { SharedBudget, startRpcServer } from '../../shared/rpc/index.js';
import { Admission } from './admission.js';
import { Catalog } from './catalog.js';
import { Door } from './door.js';
import { Doorway, type ShownCertificate } from './doorway.js';
import { handlers, rawService } from './handlers.js';
import { LogKeeper } from './log-keeper.js';
import { createMetrics, metricsAddress, serveMetrics } from './metrics.js';
import { defaultLimits, type ServingOptions, type Serving } from './options.js';
import type { Desk } from './record.js';
import { keepFresh } from './renew.js';
import { Running } from './running.js';
import { addStandardServices, type StandardServices } from './standard.js';
import { Sums } from './sums.js';
import { whatVanishes } from './vanish.js';
import { warnDaily } from './warn.js';
import { watchPaths } from './watch.js';

/** How soon a change counts; what is under way ends within a second of it. */
const LOOK_EVERY_MS = 400;
const SUM_EVERY_MS = 60_000;

/**
 * Serves a store until it is closed.
 *
 * @throws FedshotError `not-found` for a store, certificate, policy or authority that is not there,
 *   `format` for one that cannot be read, `network` when the port cannot be had
 */
export async function serve(options: ServingOptions): Promise<Serving> {
  const { store, tls, log, host = '127.0.0.1', now = () => new Date() } = options;
  const limits = { ...defaultLimits, ...options.limits };
  if (!existsSync(store))
    throw new FedshotError('not-found', `no such store: ${store}`, {
      hint: 'make one with: fedshot provider init --store STORE',
    });
  const catalog = new Catalog(store);
  const root = await catalog.newestRoot();
  const { broken, breakDown } = breaking();
  const vanished = whatVanishes(store, options.transparencyDir, breakDown);
  const transparency = keptLog(options, breakDown);
  const door = new Door({
    sites: options.sites,
    policy: options.policy,
    asks: options.asks ?? 'when-enrolled',
    memory: [store, ...(options.memory ?? [])],
    log,
  });
  const access = door.open();
  if (tls === 'insecure' && access.clientCa !== undefined)
    throw new FedshotError('usage', 'enrolled sites cannot be told apart without TLS');
  const load = async (): Promise<ShownCertificate | undefined> => {
    if (tls === 'insecure') return undefined;
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

  const metrics = createMetrics(
    {
      connections: () => server.connections(),
      sites: () =>
        doorway.access.clientCa === undefined
          ? undefined
          : { ...door.counts(), firstExpiry: door.firstExpiry(now()) },
    },
    { sites: options.metricsSites ?? false, version: options.version ?? 'unknown' },
  );
  const [running, sums] = [new Running(), new Sums(log)];
  const admission = new Admission(() => desk, limits);
  const desk: Desk = {
    catalog,
    limits,
    metrics,
    log,
    now,
    running,
    sums,
    transparency,
    budget: new SharedBudget(limits.bufferBytes),
    access: () => doorway.access,
    refused: admission.refused,
    disconnect: (peer) => {
      server.disconnect(peer);
    },
    logSigner: options.logSigner,
  };
  const doorway = new Doorway({ access, shown: await load(), load, door, desk });
  let standard: StandardServices | undefined;
  const server = await startRpcServer({
    host,
    port: options.port,
    limits,
    tls: doorway.tls,
    addServices: (grpc) => {
      grpc.addService(rawService(desk), handlers(desk));
      standard = addStandardServices(grpc, desk);
    },
    observer: admission.observer,
    onCut: admission.cut,
    onRefused: admission.handshake,
  });
  doorway.attach(server);
  const scrape =
    options.metricsPort === undefined
      ? undefined
      : await serveMetrics(
          metrics.registry,
          options.metricsHost ?? '127.0.0.1',
          options.metricsPort,
        ).catch(async (error: unknown) => {
          await server.close(0);
          throw error;
        });

  const readAgain = (): void => {
    log.info('what changed was read again');
  };
  const stops = [
    watchPaths([options.sites ?? [], options.policy ?? []].flat(), LOOK_EVERY_MS, () => {
      doorway.readAccess();
      readAgain();
    }),
    watchPaths(tls === 'insecure' ? [] : [tls.watch], LOOK_EVERY_MS, () => {
      void doorway.readTls().then(readAgain);
    }),
    keepFresh({ catalog, metrics, log, now, renew: options.renewFreshness }),
    warnDaily(options.warnings, now, log),
    every(LOOK_EVERY_MS, () => {
      doorway.look();
    }),
    every(LOOK_EVERY_MS, vanished),
    every(SUM_EVERY_MS, () => {
      sums.flush();
    }),
  ];

  const address = `${host.includes(':') ? `[${host}]` : host}:${server.port}`;
  log.info({ address, store, root: root.version, mtls: access.clientCa !== undefined }, 'serving');
  let failed = false;
  void broken.then(() => (failed = true));
  return {
    address,
    port: server.port,
    metricsAddress: scrape && metricsAddress(scrape),
    reload: async () => {
      doorway.readAccess();
      await doorway.readTls();
      readAgain();
    },
    broken,
    close: async () => {
      log.info('draining');
      standard?.drain();
      for (const stop of stops) stop();
      await server.close(failed ? 0 : (options.graceMs ?? 10_000));
      scrape?.close();
      scrape?.closeAllConnections();
      sums.flush();
      await transparency?.close();
      log.info('stopped');
    },
  };
}

function every(ms: number, what: () => void): () => void {
  const timer = setInterval(what, ms).unref();
  return () => {
    clearInterval(timer);
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
