import { createHash } from 'node:crypto';
import { status, type ServerInterceptor, type Metadata } from '@grpc/grpc-js';
import { ServerInterceptingCall, ServerListenerBuilder } from '@grpc/grpc-js';
import type { ServerInterceptingCallInterface } from '@grpc/grpc-js/build/src/server-interceptors.js';
import { FedshotError } from '../errors.js';
import { SERVICE } from './schema.js';
import { toStatus } from './status.js';

/** Who is at the other end of a call. */
export interface Peer {
  /** IP address. */
  readonly address: string;
  /** TCP port that the connection comes from. */
  readonly port: number;
  /** SHA-256 of the client certificate (DER), hex; undefined for an anonymous client. */
  readonly certificate: string | undefined;
}

/** What a server is told of every call, whatever its service. */
export interface CallObserver {
  /** @throws FedshotError to refuse the call before its request is read */
  admit(method: string, peer: Peer): void;
  /** The call did not get as far as its handler, for this reason; awaited before the peer is told. */
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

/** Admits or refuses every call, and reports its end. */
export function observing(observer: CallObserver): ServerInterceptor {
  return (descriptor, call) => {
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
          assertSilent(method, metadata);
          observer.admit(method, peer);
        } catch (error) {
          const refusal = toStatus(error);
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
