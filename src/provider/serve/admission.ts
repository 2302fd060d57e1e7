import {
  addressKey,
  CutOff,
  type CallObserver,
  type Cut,
  type Peer,
} from '../../shared/rpc/index.js';
import { RateLimit } from './rate.js';
import { callOf, logStatus, type Desk } from './record.js';

/** Calls that a refused call counts for beside itself: it is a line in the log, too. */
const REFUSAL = 10;

/** Who calls: the certificate, or the address where there is none. */
const keyOf = ({ certificate, address }: Peer): string => certificate ?? addressKey(address);

/** Checks every call and connection before any work is done for it, and counts and logs refusals. */
export class Admission {
  readonly #rate: RateLimit;

  constructor(
    private readonly desk: () => Desk,
    limits: { readonly peerBurst: number; readonly peerPerSecond: number },
  ) {
    this.#rate = new RateLimit(limits.peerBurst, limits.peerPerSecond);
  }

  /** A call was refused: it counts against the rate of its peer. */
  readonly refused = (peer: Peer): void => {
    this.#rate.charge(keyOf(peer), REFUSAL);
    this.desk().metrics.refused('call');
  };

  /** A connection was ended here. */
  readonly cut = (address: string, why: Cut): void => {
    const { sums, metrics } = this.desk();
    if (why.startsWith('too many connections')) metrics.dropped.inc();
    metrics.refused(why);
    sums.line('warn', `${addressKey(address)} ${why}`, { address, reason: why }, 'connection cut');
  };

  /** A TLS handshake failed, for OpenSSL's reason: a certificate that has expired, for example. */
  readonly handshake = (address: string, reason: string): void => {
    const { sums, metrics } = this.desk();
    metrics.refused('handshake');
    sums.line('warn', `${addressKey(address)} ${reason}`, { address, reason }, 'no TLS with them');
  };

  readonly observer: CallObserver = {
    admit: (_method, peer) => {
      const desk = this.desk();
      try {
        this.#rate.take(keyOf(peer));
      } catch (error) {
        desk.metrics.refused('rate');
        if (error instanceof CutOff) {
          const entry = { ...peer, reason: error.message };
          desk.sums.line('warn', `rate ${keyOf(peer)}`, entry, 'connection cut');
          desk.disconnect(`${peer.address}:${peer.port}`);
        }
        throw error;
      }
      desk.access().identify(peer, desk.now());
    },
    refused: (method, peer, code, reason) => {
      const desk = this.desk();
      this.refused(peer);
      const entry = { ...peer, method, reason };
      desk.sums.line('warn', `turned away ${keyOf(peer)} ${reason}`, entry, 'turned away');
      return logStatus(desk, callOf(method, peer), code);
    },
    ended: (method, _peer, code, seconds) => {
      this.desk().metrics.ended(method, code, seconds);
    },
  };
}
