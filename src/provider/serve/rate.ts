import { FedshotError } from '../../shared/errors.js';

interface Bucket {
  tokens: number;
  at: number;
}

/** Peers that are remembered at most; the one longest unseen is forgotten first. */
const MAX_PEERS = 10_000;

/** A token bucket per peer. */
export class RateLimit {
  readonly #buckets = new Map<string, Bucket>();

  /**
   * @param burst calls at once
   * @param perSecond calls per second ever after
   */
  constructor(
    private readonly burst: number,
    private readonly perSecond: number,
  ) {}

  /** @param nowMs any clock that does not go back. @throws FedshotError `limit` */
  take(peer: string, nowMs: number): void {
    const old = this.#buckets.get(peer) ?? { tokens: this.burst, at: nowMs };
    const tokens = Math.min(this.burst, old.tokens + ((nowMs - old.at) / 1000) * this.perSecond);
    this.#buckets.delete(peer); // a Map keeps the order of insertion: this peer is now the youngest
    this.#buckets.set(peer, { tokens: tokens < 1 ? tokens : tokens - 1, at: nowMs });
    const [eldest] = this.#buckets.keys();
    if (this.#buckets.size > MAX_PEERS) this.#buckets.delete(eldest!);
    if (tokens < 1) throw new FedshotError('limit', `${peer}: too many calls`);
  }
}
