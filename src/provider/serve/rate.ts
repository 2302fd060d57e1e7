import { TokenBucket } from 'limiter';
import { FedshotError } from '../../shared/errors.js';
import { CutOff } from '../../shared/rpc/index.js';

interface CallerState {
  readonly bucket: TokenBucket;
  /** When a call too many was last answered, by `performance.now`; -Infinity for never. */
  answered: number;
  /** Calls cut off since then. */
  cut: number;
}

/** Peers that are remembered at most; the one longest unseen is forgotten first. */
const MAX_PEERS = 10_000;
/** Of the calls above the rate, one in this time is answered; the others are cut off. */
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

/**
 * A token bucket per peer. `limiter` counts the tokens, by `performance.now`, which does not go back.
 * rate-limiter-flexible keeps the peers as well, but counts in fixed windows of the wall clock, and
 * keeps every address of a window, however many: strangers could fill the memory.
 */
export class RateLimit {
  readonly #peers = new Map<string, CallerState>();

  /**
   * @param burst calls at once
   * @param perSecond calls per second ever after
   */
  constructor(
    private readonly burst: number,
    private readonly perSecond: number,
  ) {}

  /** @throws TooManyCalls for the first call too many of a minute, CutOff for the others */
  take(peer: string): void {
    const caller = this.#find(peer);
    if (caller.bucket.tryRemoveTokens(1)) return;
    const now = performance.now();
    if (now - caller.answered < PERIOD_MS) {
      caller.cut++;
      throw new CutOff(`${peer}: too many calls`);
    }
    const { cut } = caller;
    caller.answered = now;
    caller.cut = 0;
    throw new TooManyCalls(peer, cut);
  }

  /** Charges a refused call for its line in the log. A bucket never holds less than nothing. */
  charge(peer: string, calls: number): void {
    const { bucket } = this.#find(peer);
    bucket.drip();
    bucket.tryRemoveTokens(Math.min(calls, bucket.content));
  }

  #find(peer: string): CallerState {
    const found = this.#peers.get(peer) ?? this.#newcomer();
    this.#peers.delete(peer); // a Map keeps the order of insertion: this peer is now the youngest
    this.#peers.set(peer, found);
    const [eldest] = this.#peers.keys();
    if (this.#peers.size > MAX_PEERS && eldest !== undefined) this.#peers.delete(eldest);
    return found;
  }

  #newcomer(): CallerState {
    const bucket = new TokenBucket({
      bucketSize: this.burst,
      tokensPerInterval: this.perSecond,
      interval: 'second',
    });
    bucket.content = this.burst; // limiter's buckets begin empty
    return { bucket, answered: -Infinity, cut: 0 };
  }
}
