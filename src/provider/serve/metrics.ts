import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { status } from '@grpc/grpc-js';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { asFedshotError } from '../../shared/errors.js';

/** What the server counts; names as Prometheus wants them. */
export interface Metrics {
  readonly registry: Registry;
  sent(site: string, release: string, bytes: number): void;
  ended(method: string, code: status, seconds: number): void;
  /** Counts a call that was refused or a connection that was cut, by one of a few reasons. */
  refused(reason: string): void;
  readonly dropped: Counter;
  readonly releases: Gauge;
  freshnessExpires(seconds: number): void;
  readonly rootExpires: Gauge;
  readonly certificateExpires: Gauge;
}

/** Values that are read at each scrape. */
export interface MetricsSource {
  connections(): number;
  /** Undefined where clients are anonymous. */
  sites(): { enrolled: number; damaged: number; firstExpiry: Date | undefined } | undefined;
}

export interface MetricsOptions {
  /** Whether metrics name sites; by default not, since readers of metrics need not know who pulls. */
  readonly sites: boolean;
  /** Of this program. */
  readonly version: string;
}

const PREFIX = 'fedshot_';
const ANY_SITE = 'any';

export function createMetrics(source: MetricsSource, options: MetricsOptions): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: PREFIX });
  const make = makers(registry);
  buildInfo(registry, options.version);
  make.gauge('connections', 'Open connections', function () {
    this.set(source.connections());
  });
  sitesGauges(source, make.gauge);
  return {
    registry,
    ...callCounts(make, registry, options.sites),
    ...validity(make.gauge),
    dropped: make.counter(
      'dropped_connections_total',
      'Connections dropped because there were too many',
    ),
    releases: make.gauge('releases', 'Releases on offer'),
  };
}

type MakeGauge = (name: string, help: string, collect?: (this: Gauge) => void) => Gauge;

interface Makers {
  readonly gauge: MakeGauge;
  readonly counter: <T extends string>(name: string, help: string, labels?: T[]) => Counter<T>;
}

/** Make what is read from this registry, named as this program's. */
const makers = (registry: Registry): Makers => ({
  gauge: (name, help, collect) =>
    new Gauge({ name: `${PREFIX}${name}`, help, registers: [registry], collect }),
  counter: (name, help, labelNames = []) =>
    new Counter({ name: `${PREFIX}${name}`, help, labelNames, registers: [registry] }),
});

function buildInfo(registry: Registry, version: string): void {
  new Gauge({
    name: `${PREFIX}build_info`,
    help: 'Always 1; which version this is',
    labelNames: ['version', 'node'],
    registers: [registry],
  }).set({ version, node: process.versions.node }, 1);
}

/** What is counted of calls and of their answers. */
function callCounts(
  { counter }: Makers,
  registry: Registry,
  namesSites: boolean,
): Pick<Metrics, 'sent' | 'ended' | 'refused'> {
  const labelNames: ('site' | 'release')[] = ['site', 'release'];
  const bytes = counter(
    'sent_bytes_total',
    'Bytes of response messages handed to clients',
    labelNames,
  );
  const messages = counter(
    'sent_messages_total',
    'Response messages handed to clients',
    labelNames,
  );
  const refusals = counter(
    'refused_total',
    'Calls refused and connections cut or turned away, by reason',
    ['reason'],
  );
  const seconds = new Histogram({
    name: `${PREFIX}call_seconds`,
    help: 'Duration of calls, by method and gRPC status',
    labelNames: ['method', 'code'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60, 300],
    registers: [registry],
  });
  return {
    sent(site, release, count) {
      const labels = { site: namesSites ? site : ANY_SITE, release };
      bytes.inc(labels, count);
      messages.inc(labels);
    },
    ended(method, code, duration) {
      seconds.observe({ method, code: status[code] }, duration);
    },
    refused(reason) {
      refusals.inc({ reason });
    },
  };
}

/** When what the server shows expires. */
function validity(
  gauge: MakeGauge,
): Pick<Metrics, 'freshnessExpires' | 'rootExpires' | 'certificateExpires'> {
  const freshness = 'When the freshness statement expires, Unix time';
  const freshnessExpires = [
    gauge('freshness_expires_timestamp_seconds', freshness),
    gauge('freshness_expires_seconds', `${freshness}; the old name, gone in the next version`),
  ];
  return {
    freshnessExpires(time) {
      for (const one of freshnessExpires) one.set(time);
    },
    rootExpires: gauge('root_expires_timestamp_seconds', 'When the newest root expires, Unix time'),
    certificateExpires: gauge(
      'server_certificate_expires_timestamp_seconds',
      "When the server's certificate expires, Unix time",
    ),
  };
}

function sitesGauges(source: MetricsSource, gauge: MakeGauge): void {
  gauge('sites_enrolled', 'Sites that may show a certificate', function () {
    this.set(source.sites()?.enrolled ?? 0);
  });
  gauge('sites_damaged', 'Sites that are refused since their file cannot be read', function () {
    this.set(source.sites()?.damaged ?? 0);
  });
  gauge('clients_asked', '1 where clients have to show a certificate', function () {
    this.set(source.sites() ? 1 : 0);
  });
  gauge(
    'first_site_certificate_expires_timestamp_seconds',
    'When the first of the valid certificates of sites expires, Unix time; 0 for none',
    function () {
      this.set((source.sites()?.firstExpiry?.getTime() ?? 0) / 1000);
    },
  );
}

/** Serves `/metrics` and nothing else. @throws FedshotError `network` */
export async function serveMetrics(
  registry: Registry,
  host: string,
  port: number,
): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    registry.metrics().then(
      (text) => {
        response.writeHead(200, { 'content-type': registry.contentType }).end(text);
      },
      () => {
        response.writeHead(500).end();
      },
    );
  });
  server.headersTimeout = 5000;
  server.requestTimeout = 5000;
  server.maxConnections = 16;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(asFedshotError(error, 'network', `metrics on ${host}:${port}`));
    });
    server.listen({ host, port }, resolve);
  });
  return server;
}

export const metricsAddress = (server: Server): string => {
  const { address, port } = server.address() as AddressInfo;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
};
