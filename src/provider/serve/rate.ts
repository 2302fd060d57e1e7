import { FedshotError } from '../../shared/errors.js';
import { CutOff } from '../../shared/rpc/index.js';

interface Bucket {
  tokens: number;
  at: number;
  /** When it was last told that it calls too often; -Infinity for never. */
  told: number;
  /** Calls cut off since then. */
  cut: number;
}

/** Peers that are remembered at most; the one longest unseen is forgotten first. */
const MAX_PEERS = 10_000;
/** Whoever calls too often is told so once in this time, and cut off for the rest of it. */
const PERIOD_MS = 60_000;

/** A call above the rate that is answered, and so is put on record; how many before it were not. */
export class TooManyCalls extends FedshotError {
  constructor(
    peer: string,
    readonly unanswered: number,
  ) {
    const before = unanswered > 0 ? `, ${unanswered} of them cut off` : '';
    super('limit', `${peer}: too many calls${before}`);
  }
}

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

  /**
   * @param nowMs any clock that does not go back
   * @throws TooManyCalls for the first call too many of a minute, CutOff for the others
   */
  take(peer: string, nowMs: number): void {
    const bucket = this.#fill(peer, nowMs);
    if (bucket.tokens >= 1) {
      bucket.tokens--;
      return;
    }
    if (nowMs - bucket.told < PERIOD_MS) {
      bucket.cut++;
      throw new CutOff(`${peer}: too many calls`);
    }
    const { cut } = bucket;
    bucket.told = nowMs;
    bucket.cut = 0;
    throw new TooManyCalls(peer, cut);
  }

  /** What a call costs that was refused beside one that was not: it is a line in the log as well. */
  charge(peer: string, calls: number, nowMs: number): void {
    const bucket = this.#fill(peer, nowMs);
    bucket.tokens = Math.max(0, bucket.tokens - calls);
  }

  #fill(peer: string, nowMs: number): Bucket {
    const old = this.#buckets.get(peer) ?? {
      tokens: this.burst,
      at: nowMs,
      told: -Infinity,
      cut: 0,
    };
    old.tokens = Math.min(this.burst, old.tokens + ((nowMs - old.at) / 1000) * this.perSecond);
    old.at = nowMs;
    this.#buckets.delete(peer); // a Map keeps the order of insertion: this peer is now the youngest
    this.#buckets.set(peer, old);
    const [eldest] = this.#buckets.keys();
    if (this.#buckets.size > MAX_PEERS && eldest !== undefined) this.#buckets.delete(eldest);
    return old;
  }
}
