import { existsSync } from 'node:fs';
import { FedshotError } from '../../shared/errors.js';
import { startRpcServer, type ServerTls } from '../../shared/rpc/index.js';
import { readAccess, readPolicy, type Access } from './access.js';
import { Catalog } from './catalog.js';
import { handlers, rawService } from './handlers.js';
import { callOf, logStatus, type Desk } from './record.js';
import { createMetrics, metricsAddress, serveMetrics } from './metrics.js';
import { defaultLimits, type ServeOptions, type Serving } from './options.js';
import { RateLimit } from './rate.js';
import { keepFresh } from './renew.js';
import { addStandardServices, type StandardServices } from './standard.js';
import { warnDaily } from './warn.js';
import { watchPaths } from './watch.js';

const LOOK_EVERY_MS = 1000;

/**
 * Serves a store until it is closed.
 *
 * @throws FedshotError `not-found` for a store, certificate or policy that is not there, `format` for
 *   one that cannot be read, `network` when the port cannot be had
 */
export async function serve(options: ServeOptions): Promise<Serving> {
  const { store, tls, log, host = '127.0.0.1', now = () => new Date() } = options;
  const limits = { ...defaultLimits, ...options.limits };
  if (!existsSync(store))
    throw new FedshotError('not-found', `no such store: ${store}`, {
      hint: 'make one with: fedshot provider init --store STORE',
    });
  const catalog = new Catalog(store);
  const root = await catalog.newestRoot();
  let policy = options.policy === undefined ? undefined : readPolicy(options.policy);
  const readNow = (): Access => {
    const read = readAccess(options.sites, options.policy, policy);
    if (read.strangers.length > 0)
      log.warn({ sites: read.strangers }, 'the policy names sites that are not enrolled');
    return read;
  };
  let access = readNow();
  const readTls = async (): Promise<ServerTls | undefined> => {
    if (tls === 'insecure') return undefined;
    const read = { ...(await tls.load()), clientCa: access.clientCa };
    options.transparency?.keepCertificate(read.cert);
    return read;
  };
  if (tls === 'insecure' && access.clientCa !== undefined)
    throw new FedshotError('usage', 'enrolled sites cannot be told apart without TLS');

  const metrics = createMetrics(() => server.connections());
  const rate = new RateLimit(limits.peerBurst, limits.peerPerSecond);
  const desk: Desk = {
    ...{ catalog, limits, metrics, log, now },
    access: () => access,
    disconnect: (peer) => {
      server.disconnect(peer);
    },
    transparency: options.transparency,
    logSigner: options.logSigner,
  };
  let standard: StandardServices | undefined;
  const server = await startRpcServer({
    ...{ host, port: options.port, limits },
    tls: await readTls(),
    addServices: (grpc) => {
      grpc.addService(rawService(desk), handlers(desk));
      standard = addStandardServices(grpc, desk);
    },
    observer: {
      admit: (_method, peer) => {
        access.identify(peer, now());
        rate.take(peer.certificate ?? peer.address, performance.now());
      },
      refused: (method, peer, code, reason) => {
        log.warn({ ...peer, method, reason }, 'turned away');
        return logStatus(desk, callOf(method, peer), code);
      },
      ended: (method, _peer, code, seconds) => {
        metrics.ended(method, code, seconds);
      },
    },
    onDrop: () => {
      metrics.dropped.inc();
      log.warn({ connections: server.connections() }, 'connection dropped: too many');
    },
  });
  const scrape =
    options.metricsPort === undefined
      ? undefined
      : await serveMetrics(metrics.registry, host, options.metricsPort);

  const reload = async (): Promise<void> => {
    try {
      if (options.policy !== undefined) policy = readPolicy(options.policy);
    } catch (error) {
      // A policy that is broken must not keep a site from being revoked.
      log.error(
        { err: error },
        'cannot use the policy; going on with the one that was read before',
      );
    }
    try {
      access = readNow();
      const fresh = await readTls();
      if (fresh) server.replaceTls(fresh);
      log.info('what changed was read again');
    } catch (error) {
      log.error({ err: error }, 'cannot use what changed; going on with what was read before');
    }
  };
  const watched = [
    tls === 'insecure' ? [] : tls.watch,
    options.sites ?? [],
    options.policy ?? [],
  ].flat();
  const unwatch = watchPaths(watched, LOOK_EVERY_MS, () => void reload());
  const rest = keepFresh({ catalog, metrics, log, now, renew: options.renewFreshness });
  const quiet = warnDaily(options.warnings, now, log);

  const address = `${host.includes(':') ? `[${host}]` : host}:${server.port}`;
  log.info({ address, store, root: root.version, mtls: access.clientCa !== undefined }, 'serving');
  return {
    address,
    port: server.port,
    metricsAddress: scrape && metricsAddress(scrape),
    reload,
    close: async () => {
      log.info('draining');
      standard?.drain();
      unwatch();
      rest();
      quiet();
      await server.close(options.graceMs ?? 10_000);
      scrape?.close();
      await options.transparency?.close();
      log.info('stopped');
    },
  };
}
