import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { status } from '@grpc/grpc-js';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { asFedshotError } from '../../shared/errors.js';

/** What the server counts; names as Prometheus wants them. */
export interface Metrics {
  readonly registry: Registry;
  sent(site: string, release: string, bytes: number): void;
  ended(method: string, code: status, seconds: number): void;
  readonly dropped: Counter;
  readonly releases: Gauge;
  readonly freshnessExpires: Gauge;
}

/** @param connections asked at each scrape */
export function createMetrics(connections: () => number): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const bytes = new Counter({
    name: 'fedshot_sent_bytes_total',
    help: 'Bytes of response messages handed to clients',
    labelNames: ['site', 'release'],
    registers,
  });
  const messages = new Counter({
    name: 'fedshot_sent_messages_total',
    help: 'Response messages handed to clients',
    labelNames: ['site', 'release'],
    registers,
  });
  const seconds = new Histogram({
    name: 'fedshot_call_seconds',
    help: 'Duration of calls, by method and gRPC status',
    labelNames: ['method', 'code'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60, 300],
    registers,
  });
  new Gauge({
    name: 'fedshot_connections',
    help: 'Open connections',
    registers,
    collect() {
      this.set(connections());
    },
  });
  const gauge = (name: string, help: string): Gauge => new Gauge({ name, help, registers });
  return {
    registry,
    sent(site, release, count) {
      bytes.inc({ site, release }, count);
      messages.inc({ site, release });
    },
    ended(method, code, duration) {
      seconds.observe({ method, code: status[code] }, duration);
    },
    dropped: new Counter({
      name: 'fedshot_dropped_connections_total',
      help: 'Connections dropped because there were too many',
      registers,
    }),
    releases: gauge('fedshot_releases', 'Releases on offer'),
    freshnessExpires: gauge(
      'fedshot_freshness_expires_seconds',
      'When the freshness statement expires, Unix time',
    ),
  };
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
    void registry.metrics().then((text) => {
      response.writeHead(200, { 'content-type': registry.contentType }).end(text);
    });
  });
  server.headersTimeout = 5000;
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
  return `${address}:${port}`;
};
