/** What grpc-js does not look after on a connection: silence, chatter, and calls without a request. */
import { constants, type Http2Server, type ServerHttp2Session } from 'node:http2';
import type { ServerHttp2Stream } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { Connections } from './connections.js';
import { peerOfSocket } from './own-answers.js';

export interface SessionLimits {
  /** How long a request may take to come in whole. */
  readonly requestMs: number;
  /** How long a conversation may go on: reflection's questions end when the client likes. */
  readonly idleMs: number;
}

/** What is left of a TLS socket that was turned away: only the one below it still knows the address. */
interface Refused {
  readonly authorizationError?: Error | string | null;
  readonly _parent?: { readonly remoteAddress?: string };
}

const isConversation = (path: string): boolean => path.startsWith('/grpc.reflection.');

const hasWhole = (stream: ServerHttp2Stream): boolean =>
  stream.destroyed ||
  stream.closed ||
  stream.state.state === constants.NGHTTP2_STREAM_STATE_HALF_CLOSED_REMOTE;

/**
 * Looks after the connections of one HTTP/2 server.
 *
 * @param onRefused called for each TLS handshake that failed: the client's address and port as far as
 *   they are known, and OpenSSL's word for it
 */
export function watchSessions(
  server: Http2Server,
  connections: Connections,
  limits: SessionLimits,
  onRefused: (address: string, why: string) => void,
): void {
  server.on('session', (session: ServerHttp2Session) => {
    const peer = nameOf(session);
    session.on('remoteSettings', () => {
      connections.settled(peer, peerOfSocket(session.socket).certificate);
    });
    session.on('ping', () => {
      connections.pinged(peer);
    });
  });
  server.prependListener('stream', (stream: ServerHttp2Stream, headers) => {
    if (!stream.session) return;
    const peer = nameOf(stream.session);
    const over = connections.called(peer);
    const path = String(headers[constants.HTTP2_HEADER_PATH] ?? '');
    const timer = setTimeout(
      () => {
        if (!hasWhole(stream)) connections.cut(peer, 'no whole request in time');
      },
      isConversation(path) ? limits.idleMs : limits.requestMs,
    ).unref();
    stream.once('close', () => {
      clearTimeout(timer);
      over();
    });
  });
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: TLSSocket) => {
    const { authorizationError, _parent } = socket as Refused;
    const why = authorizationError ? String(authorizationError) : (error.code ?? error.message);
    onRefused(socket.remoteAddress ?? _parent?.remoteAddress ?? '?', why);
  });
}

const nameOf = ({ socket }: Pick<ServerHttp2Session, 'socket'>): string =>
  `${socket.remoteAddress}:${socket.remotePort}`;
