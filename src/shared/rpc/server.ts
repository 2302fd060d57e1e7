import { createServer, type AddressInfo, type Server as NetServer, type Socket } from 'node:net';
import {
  Server,
  ServerCredentials,
  type ConnectionInjector,
  type ServerOptions,
} from '@grpc/grpc-js';
import { asFedshotError } from '../errors.js';
import { asksOf, LiveCredentials, type ServerTls } from './credentials.js';
import { recordOwnAnswers } from './own-answers.js';
import { observing, type CallObserver } from './peer.js';

/** What a server lets its peers take of it. */
export interface ServerLimits {
  /** Connections at once; more are dropped unanswered. */
  readonly maxConnections: number;
  /** Calls at once on one connection. */
  readonly maxStreams: number;
  /** A connection without a call is closed after this time. */
  readonly idleMs: number;
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
  /** Called for each connection that is dropped for want of room. */
  onDrop?: () => void;
}

/** A server that listens. */
export interface RpcServer {
  readonly host: string;
  readonly port: number;
  /** Certificates for every connection from now on; only for a server that was started with TLS. */
  replaceTls(tls: ServerTls): void;
  connections(): number;
  /** Cuts the connection of a peer (as `getPeer` names it): the only end that a call has which nobody reads. */
  disconnect(peer: string): void;
  /** Takes no more calls, lets those under way finish for `graceMs`, then cuts them off. */
  close(graceMs: number): Promise<void>;
}

const KEEPALIVE = { 'grpc.keepalive_time_ms': 30_000, 'grpc.keepalive_timeout_ms': 10_000 };

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
 * listener cannot be told to stop without also ending the calls under way.
 *
 * @throws FedshotError `network` when the address cannot be had
 */
export async function startRpcServer(options: RpcServerOptions): Promise<RpcServer> {
  const { limits, tls } = options;
  const grpcOptions: ServerOptions = {
    ...KEEPALIVE,
    'grpc.max_concurrent_streams': limits.maxStreams,
    'grpc.max_receive_message_length': limits.maxRequestBytes,
    'grpc.max_connection_idle_ms': limits.idleMs,
    'grpc.enable_channelz': 0,
    interceptors: [observing(options.observer)],
  };
  const grpc = new Server(grpcOptions);
  options.addServices(grpc);
  let live = tls && new LiveCredentials(tls, limits.maxStreams);
  const inject = (): ConnectionInjector => {
    const made = grpc.createConnectionInjector(live ?? ServerCredentials.createInsecure());
    recordOwnAnswers(grpc, options.observer);
    return made;
  };
  let injector = inject();
  const sockets = new Map<string, Socket>();
  const listener = createServer({ noDelay: true }, (socket) => {
    const peer = `${socket.remoteAddress}:${socket.remotePort}`;
    sockets.set(peer, socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(peer));
    injector.injectConnection(socket);
  });
  listener.maxConnections = limits.maxConnections;
  if (options.onDrop) listener.on('drop', options.onDrop);
  const { address, port } = await listen(listener, options.host, options.port);

  return {
    host: address,
    port,
    replaceTls: (next) => {
      if (!live) return;
      if (live.asks === asksOf(next)) {
        live.replace(next);
        return;
      }
      // Whether clients are asked for a certificate is settled when an HTTP/2 server is made.
      live = new LiveCredentials(next, limits.maxStreams);
      injector = inject();
    },
    connections: () => sockets.size,
    disconnect: (peer) => sockets.get(peer)?.destroy(),
    close: async (graceMs) => {
      listener.close();
      await new Promise<void>((resolve) => {
        const cut = setTimeout(() => {
          grpc.forceShutdown();
          for (const socket of sockets.values()) socket.destroy();
          resolve();
        }, graceMs);
        grpc.tryShutdown(() => {
          clearTimeout(cut);
          resolve();
        });
      });
    },
  };
}
