import { addressKey } from '../../shared/rpc/index.js';

/** What a recorder allows, and when it writes marks. */
export interface RecorderLimits {
  /** Connections at once, in all and from one address; more are refused without reading from them. */
  readonly connections: number;
  readonly perAddress: number;
  /** A connection without a byte in either direction ends after this time … */
  readonly idleMs: number;
  /** … and after this one when one side has ended already. */
  readonly halfOpenMs: number;
  /** A signed mark follows whatever happened after this time, and stands in the record at least this often. */
  readonly markMs: number;
  readonly heartbeatMs: number;
}

/** The places that connections take. */
export class Places {
  readonly #by = new Map<string, number>();
  #taken = 0;
  #refused = 0;

  constructor(readonly limits: Pick<RecorderLimits, 'connections' | 'perAddress'>) {}

  /** How many were turned away. */
  get refused(): number {
    return this.#refused;
  }

  /** A place for one more; undefined when there is none, else what gives it back. */
  take(address: string): (() => void) | undefined {
    const group = addressKey(address);
    const own = this.#by.get(group) ?? 0;
    if (this.#taken >= this.limits.connections || own >= this.limits.perAddress) {
      this.#refused++;
      return undefined;
    }
    this.#taken++;
    this.#by.set(group, own + 1);
    return () => {
      this.#taken--;
      const left = (this.#by.get(group) ?? 0) - 1;
      if (left > 0) this.#by.set(group, left);
      else this.#by.delete(group);
    };
  }
}
