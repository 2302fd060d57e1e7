import { createServer, type AddressInfo, type Server as NetServer } from 'node:net';
import {
  Server,
  ServerCredentials,
  type ConnectionInjector,
  type ServerOptions,
} from '@grpc/grpc-js';
import { asFedshotError } from '../errors.js';
import { Connections, type ConnectionLimits, type Cut } from './connections.js';
import { asksOf, assertUsable, LiveCredentials, type ServerTls } from './credentials.js';
import { http2ServerOf, recordOwnAnswers } from './own-answers.js';
import { observing, type CallObserver, type Peer } from './peer.js';
import { watchSessions } from './sessions.js';

/** What a server lets its peers take of it. */
export interface ServerLimits extends ConnectionLimits {
  /** Calls at once on one connection. */
  readonly maxStreams: number;
  /** A connection without a call is closed after this time. */
  readonly idleMs: number;
  /** How long a request may take to come in whole. */
  readonly requestMs: number;
  /** How long a client may take for one answer. */
  readonly stallMs: number;
  /** Largest request message in bytes. */
  readonly maxRequestBytes: number;
}

export interface RpcServerOptions {
  host: string;
  /** 0 for any free one. */
  port: number;
  /** Undefined serves in the clear. */
  tls: ServerTls | undefined;
  limits: ServerLimits;
  observer: CallObserver;
  /** Adds the services before the first connection is taken. */
  addServices: (server: Server) => void;
  /** Called for each connection that is ended here, with its address and the reason. */
  onCut?: (address: string, why: Cut) => void;
  /** Called for each TLS handshake that failed, with the client's address and OpenSSL's word for it. */
  onRefused?: (address: string, why: string) => void;
}

/** A server that listens. */
export interface RpcServer {
  readonly host: string;
  readonly port: number;
  /**
   * Certificates for every connection from now on; only for a server that was started with TLS. All
   * stays as it is when they cannot be used.
   *
   * @throws OpenSSL's error
   */
  replaceTls(tls: ServerTls): void;
  /** Cuts all connections, so that every client has to be admitted again. */
  disconnectAll(): void;
  connections(): number;
  /** Cuts the connection of a peer (as `getPeer` names it): a call that is not read can end in no other way. */
  disconnect(peer: string): void;
  /** Takes no more calls, lets those under way finish for `graceMs`, then cuts them off. */
  close(graceMs: number): Promise<void>;
}

const LOOK_EVERY_MS = 500;
// On a slow line an answer to a ping waits behind the data that is on its way.
const KEEPALIVE = { 'grpc.keepalive_time_ms': 30_000, 'grpc.keepalive_timeout_ms': 60_000 };

function listen(server: NetServer, host: string, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(asFedshotError(error, 'network', `cannot listen on ${host}:${port}`));
    });
    server.listen({ host, port }, () => resolve(server.address() as AddressInfo));
  });
}

/**
 * Starts a gRPC server behind a listener of our own: grpc-js has no limit on connections, and its
 * listener cannot be stopped without also ending the calls under way.
 *
 * @throws FedshotError `network` when the address cannot be had
 */
export async function startRpcServer(options: RpcServerOptions): Promise<RpcServer> {
  const { limits, tls } = options;
  const connections = new Connections(limits, options.onCut ?? (() => undefined));
  const onStall = ({ address, port }: Peer): void => {
    connections.cut(`${address}:${port}`, 'an answer was not taken in time');
  };
  const grpcOptions: ServerOptions = {
    ...KEEPALIVE,
    'grpc.max_concurrent_streams': limits.maxStreams,
    'grpc.max_receive_message_length': limits.maxRequestBytes,
    'grpc.max_connection_idle_ms': limits.idleMs,
    'grpc.enable_channelz': 0,
    interceptors: [observing(options.observer, { stallMs: limits.stallMs, onStall })],
  };
  const grpc = new Server(grpcOptions);
  options.addServices(grpc);
  const onRefused = options.onRefused ?? (() => undefined);
  const credentialsOf = (next: ServerTls): LiveCredentials =>
    new LiveCredentials(next, limits.maxStreams, limits.handshakeMs);
  let live = tls && credentialsOf(tls);
  const inject = (): ConnectionInjector => {
    const made = grpc.createConnectionInjector(live ?? ServerCredentials.createInsecure());
    recordOwnAnswers(grpc, options.observer);
    watchSessions(http2ServerOf(grpc), connections, limits, onRefused);
    return made;
  };
  let injector = inject();
  const listener = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => undefined);
    if (connections.add(socket)) injector.injectConnection(socket);
  });
  const looking = setInterval(() => {
    connections.look();
  }, LOOK_EVERY_MS).unref();
  const { address, port } = await listen(listener, options.host, options.port);

  return {
    host: address,
    port,
    replaceTls: (next) => {
      if (!live) return;
      assertUsable(next);
      if (live.asks === asksOf(next)) {
        live.replace(next);
        return;
      }
      // Whether clients are asked for a certificate is settled when an HTTP/2 server is made.
      live = credentialsOf(next);
      injector = inject();
    },
    disconnectAll: () => {
      connections.cutAll();
    },
    connections: () => connections.size,
    disconnect: (peer) => {
      connections.cut(peer);
    },
    close: async (graceMs) => {
      listener.close();
      clearInterval(looking);
      await new Promise<void>((resolve) => {
        const cut = setTimeout(() => {
          grpc.forceShutdown();
          resolve();
        }, graceMs);
        grpc.tryShutdown(() => {
          clearTimeout(cut);
          resolve();
        });
      });
      connections.cutAll();
    },
  };
}
