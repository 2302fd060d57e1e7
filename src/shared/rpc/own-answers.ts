/**
 * What grpc-js answers by itself: to a method that does not exist, to a request that is too large,
 * cannot be unpacked or is not gRPC at all. It reports none of these, and its answers repeat the request.
 */
import { constants, type Http2Server, type OutgoingHttpHeaders } from 'node:http2';
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { status, type Server } from '@grpc/grpc-js';
import { FedshotError } from '../errors.js';
import { present } from '../present.js';
import { MAX_HEADER_BYTES } from './credentials.js';
import { CutOff, peerOf, type CallObserver, type Peer } from './peer.js';
import { NO_METHOD, toStatus, WORDS, wordOf } from './status.js';

/** The metrics' label for all unknown methods: labels must not grow with what clients send. */
const UNKNOWN_METHOD = 'unknown';
/** Most characters of a path that is written down. */
const MAX_PATH = 128;

/** grpc-js has no public access to its HTTP/2 server, where alone every answer can be seen. */
export function http2ServerOf(grpc: Server): Http2Server {
  const servers = (grpc as unknown as { http2Servers?: unknown }).http2Servers;
  const made = servers instanceof Map ? [...(servers.keys() as Iterable<Http2Server>)] : [];
  const server = made.at(-1); // the one that was made last
  if (!server)
    throw new FedshotError('internal', 'this version of @grpc/grpc-js has no http2Servers', {
      hint: 'install the version of package-lock.json: npm ci',
    });
  return server;
}

/** Who is at the other end of a connection. */
export function peerOfSocket(socket: Socket | TLSSocket): Peer {
  const certificate =
    socket instanceof TLSSocket && socket.authorized ? socket.getPeerCertificate() : undefined;
  return peerOf({
    getPeer: () => `${socket.remoteAddress}:${socket.remotePort}`,
    getAuthContext: () => (certificate?.raw ? { sslPeerCertificate: certificate } : {}),
  });
}

/** Whether these headers begin a response, or end one in the words of this project. */
function isOurs(headers: OutgoingHttpHeaders, endings: ReadonlySet<string>): boolean {
  if (headers['grpc-status'] !== undefined) return endings.has(String(headers['grpc-message']));
  return headers[constants.HTTP2_HEADER_STATUS] === constants.HTTP_STATUS_OK;
}

const SUCCESS = new Set([...WORDS, 'OK']);

/** The status that is sent in place of that of grpc-js. */
function outcomeOf(headers: OutgoingHttpHeaders): ReturnType<typeof toStatus> {
  const said: unknown = headers['grpc-status'] ?? status.INVALID_ARGUMENT;
  const code = said as status;
  return code === status.UNIMPLEMENTED ? NO_METHOD : { code, details: wordOf(code) };
}

/** The headers that say so; what is no gRPC at all gets HTTP's status and nothing else. */
function headersOf({ code, details }: ReturnType<typeof toStatus>, instead: OutgoingHttpHeaders) {
  const said = { 'grpc-status': code, 'grpc-message': details };
  return instead['grpc-status'] === undefined ? instead : { ...instead, ...said };
}

/** As HTTP/2 counts them (RFC 9113, 6.5.2). Node announces the limit to clients but does not enforce it. */
const sizeOf = (headers: IncomingHttpHeaders): number =>
  Object.entries(headers).reduce(
    (sum, [name, value]) => sum + name.length + String(value).length + 32,
    0,
  );

const TOO_LONG = toStatus(new FedshotError('limit', 'too many headers'));
const TRAILERS_ONLY: OutgoingHttpHeaders = {
  [constants.HTTP2_HEADER_STATUS]: constants.HTTP_STATUS_OK,
  [constants.HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc+proto',
  'grpc-status': TOO_LONG.code,
};

function guard(
  stream: ServerHttp2Stream,
  path: string,
  observer: CallObserver,
  tooLong: boolean,
): void {
  let arriving = true; // until grpc-js has looked whether it knows the method
  process.nextTick(() => (arriving = false));

  async function tell(theirs: OutgoingHttpHeaders): Promise<OutgoingHttpHeaders> {
    const peer = peerOfSocket(present(stream.session, 'the connection of a call').socket);
    const said = tooLong ? TRAILERS_ONLY : theirs;
    let outcome = tooLong ? TOO_LONG : outcomeOf(said);
    let reason = outcome.details;
    try {
      if (arriving) observer.admit(path, peer);
    } catch (error) {
      if (error instanceof CutOff) throw error;
      outcome = toStatus(error);
      reason = (error as Error).message;
    }
    if (arriving) observer.ended(UNKNOWN_METHOD, peer, outcome.code, 0);
    await observer.refused(path, peer, outcome.code, reason);
    return headersOf(outcome, said);
  }
  /** Sends the answer once it is on record, and not at all where it cannot be put on record. */
  function afterwards(said: OutgoingHttpHeaders, say: (headers: OutgoingHttpHeaders) => void) {
    tell(said).then(
      (headers) => {
        if (!stream.destroyed && !stream.closed) say(headers);
      },
      () => stream.close(constants.NGHTTP2_INTERNAL_ERROR),
    );
  }

  const respond = stream.respond.bind(stream);
  const sendTrailers = stream.sendTrailers.bind(stream);
  stream.respond = (headers = {}, options) => {
    if (isOurs(headers, WORDS)) respond(headers, options);
    else afterwards(headers, (instead) => respond(instead, options));
  };
  stream.sendTrailers = (trailers) => {
    if (isOurs(trailers, SUCCESS)) sendTrailers(trailers);
    else afterwards(trailers, sendTrailers);
  };
}

/**
 * Puts on record what grpc-js answers by itself, before it leaves, and puts one of our words in the
 * place of its own. Call it once the server can take connections.
 *
 * @throws FedshotError `internal` when grpc-js is not built as it was
 */
export function recordOwnAnswers(grpc: Server, observer: CallObserver): void {
  const server = http2ServerOf(grpc);
  server.prependListener('stream', (stream, headers) => {
    // The client keeps its own deadline: grpc-js would end calls in a status that is not in the log.
    delete headers['grpc-timeout'];
    const path = String(headers[constants.HTTP2_HEADER_PATH] ?? '');
    const tooLong = sizeOf(headers) > MAX_HEADER_BYTES;
    if (tooLong) delete headers['content-type']; // to grpc-js it is no gRPC then
    guard(stream, path.slice(0, MAX_PATH), observer, tooLong);
  });
  // Node would explain in a page of text that it wants HTTP/2.
  server.on('unknownProtocol', (socket: TLSSocket) => socket.destroy());
}
