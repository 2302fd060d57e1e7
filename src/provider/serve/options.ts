import type { Logger } from 'pino';
import type { FedshotError } from '../../shared/errors.js';
import type { Signer } from '../../shared/release/index.js';
import type { ServerLimits } from '../../shared/rpc/index.js';
import type { Asks } from './door.js';
import type { ServerLog } from './log-keeper.js';

/** Everything that a server limits. */
export interface ServeLimits extends ServerLimits {
  /** Bytes of chunks in memory on their way to all clients together. */
  readonly bufferBytes: number;
  /** Calls that one peer may make at once (the size of its token bucket). */
  readonly peerBurst: number;
  /** Calls per second that one peer may make in the long run (the refill of the bucket). */
  readonly peerPerSecond: number;
}

export const defaultLimits: ServeLimits = {
  maxConnections: 1024,
  maxPerAddress: 256,
  handshakeMs: 10_000,
  requestMs: 10_000,
  maxStreams: 16,
  idleMs: 5 * 60_000,
  maxRequestBytes: 512,
  bufferBytes: 64 * 2 ** 20,
  stallMs: 60_000,
  peerBurst: 4000,
  peerPerSecond: 50,
};

export interface ServingOptions {
  /** Folder of the store. */
  store: string;
  host?: string;
  /** 0 for any free port. */
  port: number;
  /**
   * The server's certificate and key (PEM), read again whenever something in `watch` changes; or
   * `insecure` to serve in the clear.
   */
  tls: { load: () => Promise<{ cert: string; key: string }>; watch: string } | 'insecure';
  /** Folder of enrolled sites; when it holds a `ca.pem`, every client has to show a certificate. */
  sites?: string;
  /**
   * `always`: there has to be an authority for sites; `never`: anybody may pull, whoever is enrolled.
   * Otherwise (`when-enrolled`) anybody may pull for as long as nobody was ever enrolled.
   */
  asks?: Asks;
  /** Folders that remember that sites are enrolled, beside the store. */
  memory?: readonly string[];
  /** Policy file: which site may pull what. */
  policy?: string;
  /** 0 for any free port; undefined for none. */
  metricsPort?: number;
  /** Address for metrics, by default 127.0.0.1 and not `host`. */
  metricsHost?: string;
  /** Whether metrics name sites. */
  metricsSites?: boolean;
  limits?: Partial<ServeLimits>;
  /** How long calls under way may continue once the server is asked to stop. */
  graceMs?: number;
  log: Logger;
  /**
   * The transparency log: every response is in it before it is sent; where that fails nothing is
   * sent. Without a log the server still serves, but nobody can check what it sent.
   */
  transparency?: ServerLog;
  /** Opens it again after a full disk; without it such a log ends the server. */
  reopenTransparency?: () => Promise<ServerLog>;
  /** Folder of the log: if it disappears, the server ends. */
  transparencyDir?: string;
  /**
   * The log key that the store's newest root names, asked for when that is another than the log's.
   * Without it a server whose log key was replaced shows no checkpoint until it is started again.
   */
  logSigner?: () => Promise<Signer>;
  /** Signs a new freshness statement when the current one grows old; called with the time. */
  renewFreshness?: (now: Date) => Promise<unknown>;
  /** What has expired or soon will; asked for at the start and once a day, for the log. */
  warnings?: (now: Date) => readonly string[];
  now?: () => Date;
  /** Of this program, for the metrics. */
  version?: string;
}

/** A provider that serves. */
export interface Serving {
  readonly address: string;
  readonly port: number;
  readonly metricsAddress: string | undefined;
  /** Reads certificates, policy and enrolled sites again now, rather than within a second. */
  reload(): Promise<void>;
  /** Resolves with the reason when it cannot go on: then close it. */
  readonly broken: Promise<FedshotError>;
  /** Finishes what is under way and stops. */
  close(): Promise<void>;
}
