import type { Server } from 'node:http';
import type { FedshotError } from '../../shared/errors.js';
import { startRpcServer, type RpcServer } from '../../shared/rpc/index.js';
import { assemble, type ServerParts } from './assemble.js';
import { handlers, rawService } from './handlers.js';
import { metricsAddress, serveMetrics } from './metrics.js';
import type { ServingOptions, Serving } from './options.js';
import { keepFresh } from './renew.js';
import { addStandardServices, type StandardServices } from './standard.js';
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
  const parts = await assemble(options);
  const { server, standard } = await listen(options, parts);
  const scrape = await startMetrics(options, parts).catch(async (error: unknown) => {
    await server.close(0);
    throw error;
  });
  const stops = keepUp(options, parts);
  const { store, log, host = DEFAULT_HOST } = options;
  const address = `${host.includes(':') ? `[${host}]` : host}:${server.port}`;
  const mtls = parts.desk.access().clientCa !== undefined;
  log.info({ address, store, root: parts.root, mtls }, 'serving');
  const { doorway, broken } = parts;
  const stop = stopper(options, parts, server, scrape);
  return {
    address,
    port: server.port,
    metricsAddress: scrape && metricsAddress(scrape),
    reload: async () => {
      doorway.readAccess();
      await doorway.readTls();
      log.info(READ_AGAIN);
    },
    broken,
    close: async () => {
      log.info('draining');
      standard?.drain();
      for (const end of stops) end();
      await stop();
      log.info('stopped');
    },
  };
}

const DEFAULT_HOST = '127.0.0.1';
const READ_AGAIN = 'what changed was read again';

/** Takes connections from now on. @throws FedshotError `network` */
async function listen(
  { host = DEFAULT_HOST, port }: ServingOptions,
  { desk, doorway, admission }: ServerParts,
): Promise<{ server: RpcServer; standard: StandardServices | undefined }> {
  let standard: StandardServices | undefined;
  const server = await startRpcServer({
    host,
    port,
    limits: desk.limits,
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
  return { server, standard };
}

async function startMetrics(
  { metricsPort, metricsHost = DEFAULT_HOST }: ServingOptions,
  { desk }: ServerParts,
): Promise<Server | undefined> {
  if (metricsPort === undefined) return undefined;
  return serveMetrics(desk.metrics.registry, metricsHost, metricsPort);
}

/** Follows what changes while the server runs. @returns what ends each of it */
function keepUp(options: ServingOptions, parts: ServerParts): (() => void)[] {
  const { sites, policy, tls } = options;
  const { desk, doorway, lookForVanished } = parts;
  const { catalog, metrics, log, now, sums } = desk;
  const readAgain = (): void => {
    log.info(READ_AGAIN);
  };
  return [
    watchPaths([sites ?? [], policy ?? []].flat(), LOOK_EVERY_MS, () => {
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
    every(LOOK_EVERY_MS, lookForVanished),
    every(SUM_EVERY_MS, () => {
      sums.flush();
    }),
  ];
}

/** Ends the connections, at once where the server is broken, and then writes down what is left. */
function stopper(
  { graceMs = 10_000 }: ServingOptions,
  { desk, broken }: ServerParts,
  server: RpcServer,
  scrape: Server | undefined,
): () => Promise<void> {
  let failure: FedshotError | undefined;
  void broken.then((error) => (failure = error));
  return async () => {
    await server.close(failure ? 0 : graceMs);
    scrape?.close();
    scrape?.closeAllConnections();
    desk.sums.flush();
    await desk.transparency?.close();
  };
}

function every(ms: number, what: () => void): () => void {
  const timer = setInterval(what, ms).unref();
  return () => {
    clearInterval(timer);
  };
}
