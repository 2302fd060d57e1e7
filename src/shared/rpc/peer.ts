import { createHash } from 'node:crypto';
import { status, type ServerInterceptor, type Metadata } from '@grpc/grpc-js';
import { ServerInterceptingCall, ServerListenerBuilder } from '@grpc/grpc-js';
import type { ServerInterceptingCallInterface } from '@grpc/grpc-js/build/src/server-interceptors.js';
import { FedshotError } from '../errors.js';
import { SERVICE } from './schema.js';
import { toStatus } from './status.js';
import { longestMessageMs } from './send.js';

/** Who is at the other end of a call. */
export interface Peer {
  /** IP address. */
  readonly address: string;
  /** TCP port that the connection comes from. */
  readonly port: number;
  /** SHA-256 of the client certificate (DER), hex; undefined for an anonymous client. */
  readonly certificate: string | undefined;
}

/** A call that is not even answered: its connection has been cut. */
export class CutOff extends FedshotError {
  constructor(message: string) {
    super('limit', message);
  }
}

/** Called for every call of a server, whatever its service. */
export interface CallObserver {
  /** @throws FedshotError to refuse the call before its request is read; {@link CutOff} to send no answer */
  admit(method: string, peer: Peer): void;
  /** The call was refused before its handler, for this reason; awaited before the answer is sent. */
  refused(method: string, peer: Peer, code: status, reason: string): Promise<void>;
  /** The call is over; `code` is the gRPC status it ended in. */
  ended(method: string, peer: Peer, code: status, seconds: number): void;
}

type PeerSource = Pick<ServerInterceptingCallInterface, 'getPeer' | 'getAuthContext'>;

export function peerOf(call: PeerSource): Peer {
  const der = call.getAuthContext().sslPeerCertificate?.raw;
  return {
    address: call.getPeer().replace(/:\d+$/, ''),
    port: Number(/:(\d+)$/.exec(call.getPeer())?.[1] ?? 0),
    certificate: der && createHash('sha256').update(der).digest('hex'),
  };
}

/** A client of this project says which gRPC it is, and nothing more. */
const AGENT = /^grpc-node-js\/\d+\.\d+\.\d+$/;
/** Who asks for health is somebody else's program; more than a name it does not need. */
export const MAX_PROBE_AGENT = 64;
const PROBE_AGENT = /^[!-~][ -~]{0,63}$/;

/** @throws FedshotError `format` when the metadata of a call could carry a message */
function assertSilent(method: string, metadata: Metadata): void {
  const agent = method.startsWith(`/${SERVICE}/`) ? AGENT : PROBE_AGENT;
  for (const key of Object.keys(metadata.getMap()))
    if (key !== 'user-agent') throw new FedshotError('format', `custom metadata: ${key}`);
  const agents = metadata.get('user-agent').map(String);
  if (agents.length > 1 || agents.some((given) => !agent.test(given)))
    throw new FedshotError('format', 'a user agent of another kind');
}

const afterwards = new WeakMap<Buffer, () => void>();

/**
 * Has something done once this answer of a unary call has left for the socket, or the call is over:
 * gRPC has no other way to tell.
 */
export function whenTaken(answer: Buffer, then: () => void): void {
  afterwards.set(answer, then);
}

/**
 * Keeps an eye on whether the answers of a call are taken.
 *
 * @returns to be called when the call is over
 */
function watchAnswers(
  call: ServerInterceptingCallInterface,
  stallMs: number,
  onStall: () => void,
): () => void {
  const under = new Set<() => void>();
  let isOver = false;
  const send = call.sendMessage.bind(call);
  call.sendMessage = (message: unknown, callback) => {
    const then = Buffer.isBuffer(message) ? afterwards.get(message) : undefined;
    const bytes = Buffer.isBuffer(message) ? message.length : 0;
    const timer = setTimeout(onStall, longestMessageMs(bytes, stallMs)).unref();
    const done = (): void => {
      clearTimeout(timer);
      if (under.delete(done)) then?.();
    };
    under.add(done);
    if (isOver) done();
    send(message, () => {
      done();
      callback();
    });
  };
  return () => {
    isOver = true;
    for (const done of under) done();
  };
}

/** What is done about a client that does not take its answers. */
export interface Patience {
  readonly stallMs: number;
  readonly onStall: (peer: Peer) => void;
}

/** Admits or refuses every call, reports its end, and has an eye on whether its answers are taken. */
export function observing(observer: CallObserver, patience: Patience): ServerInterceptor {
  return (descriptor, call) => {
    const gone = watchAnswers(call, patience.stallMs, () => {
      patience.onStall(peer);
    });
    const method = descriptor.path;
    const peer = peerOf(call);
    const started = performance.now();
    let over = false;
    const end = (code: status): void => {
      if (over) return;
      over = true;
      observer.ended(method, peer, code, (performance.now() - started) / 1000);
    };
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => {
        try {
          observer.admit(method, peer);
          assertSilent(method, metadata);
        } catch (error) {
          const refusal = toStatus(error);
          if (error instanceof CutOff) {
            end(refusal.code);
            return;
          }
          const tell = (): void => {
            call.sendStatus(refusal);
            end(refusal.code);
          };
          // Whatever keeps the refusal from being put on record keeps it from being sent as well.
          const { message } = error as Error;
          void observer.refused(method, peer, refusal.code, message).then(tell, () => {
            end(refusal.code);
          });
          return;
        }
        next(metadata);
      })
      .withOnCancel(() => {
        gone();
        end(status.CANCELLED);
      })
      .build();
    return new ServerInterceptingCall(call, {
      start: (next) => next(listener),
      sendStatus: (outcome, next) => {
        end(outcome.code ?? status.UNKNOWN);
        next(outcome);
      },
    });
  };
}
