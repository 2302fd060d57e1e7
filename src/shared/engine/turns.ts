import { AsyncLocalStorage } from 'node:async_hooks';
import { FedshotError } from '../errors.js';

interface Turn {
  readonly holder: { readonly name: string };
  open: boolean;
  /** What was begun within the turn and has not ended. */
  readonly within: Set<Promise<unknown>>;
}

/**
 * Lets jobs of several holders have one thing by turns, first come, first served. A job knows by its
 * asynchronous context whether it runs within a turn, so a holder may ask again within its own.
 */
export class Turns {
  readonly #here = new AsyncLocalStorage<Turn>();
  #last: Promise<unknown> = Promise.resolve();

  /** The holder of the turn that the caller runs in, if it runs in one. */
  holder(): Turn['holder'] | undefined {
    const turn = this.#here.getStore();
    return turn?.open ? turn.holder : undefined;
  }

  /**
   * Runs `work` in a turn of `holder`'s, which ends when all is done that was begun in it.
   *
   * @param work what is done between `begin` and its end
   * @param around what is done once for the turn; calls its argument
   * @throws FedshotError `usage` within another holder's turn, which it would wait for forever
   */
  take<T>(
    holder: Turn['holder'],
    work: () => T | Promise<T>,
    around: (work: () => Promise<T>) => Promise<T> = (inner) => inner(),
  ): Promise<T> {
    const outer = this.#here.getStore();
    if (outer?.open) return this.#join(outer, holder, work);
    const turn: Turn = { holder, open: true, within: new Set() };
    const whole = async (): Promise<T> => {
      try {
        return await around(() => settled(turn, work));
      } finally {
        turn.open = false;
      }
    };
    const done = this.#last.then(() => this.#here.run(turn, whole));
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #join<T>(turn: Turn, holder: Turn['holder'], work: () => T | Promise<T>): Promise<T> {
    if (turn.holder !== holder)
      throw new FedshotError(
        'usage',
        `engine ${holder.name} cannot compute within a turn of engine ${turn.holder.name}`,
        { hint: 'start and use one engine after the other, not inside its `use`' },
      );
    const job = Promise.resolve().then(work);
    turn.within.add(job);
    try {
      return await job;
    } finally {
      turn.within.delete(job);
    }
  }
}

async function settled<T>(turn: Turn, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    while (turn.within.size > 0) await Promise.allSettled(turn.within);
  }
}
