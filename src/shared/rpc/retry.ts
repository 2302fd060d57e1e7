import type { FedshotError } from '../errors.js';
import { asFedshotError } from '../errors.js';
import type { Random } from '../random.js';
import { isSilence, isTransient } from './status.js';

/** How often and how patiently a failed call is tried again. */
export interface RetryPolicy {
  /** Tries without any progress in between before giving up. */
  readonly attempts: number;
  /** Bounds of the wait in milliseconds. */
  readonly baseMs: number;
  readonly maxMs: number;
}

export const defaultRetry: RetryPolicy = { attempts: 6, baseMs: 200, maxMs: 10_000 };

/** Waiting, injected so that tests do not. @throws the signal's reason when it is aborted */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>;

/** Waits in real time. */
export const sleep: Sleep = (ms, signal) =>
  new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });

/** Exponential backoff with full jitter, so that clients cut off together do not return together. */
export function backoffMs(policy: RetryPolicy, failures: number, random: Random): number {
  return random.next() * Math.min(policy.maxMs, policy.baseMs * 2 ** (failures - 1));
}

export interface RetryOptions {
  policy: RetryPolicy;
  random: Random;
  sleep: Sleep;
  signal?: AbortSignal;
  /** Called before each wait. */
  onRetry?: (error: FedshotError, waitMs: number) => void;
}

/**
 * Runs `attempt` until it succeeds or fails for good. `attempt` gets a function to call whenever it
 * made progress, which gives it all its tries back.
 *
 * @throws FedshotError the last one, at once when trying again cannot help
 */
export async function retrying<T>(
  options: RetryOptions,
  attempt: (progressed: () => void) => Promise<T>,
): Promise<T> {
  for (let failures = 0; ;) {
    try {
      return await attempt(() => (failures = 0));
    } catch (raw) {
      const error = asFedshotError(raw, 'internal');
      options.signal?.throwIfAborted();
      const { attempts } = options.policy;
      // Who let a whole deadline pass is asked once more, not five times: each time is half a minute.
      failures += isSilence(error) ? Math.ceil(attempts / 2) : 1;
      if (!isTransient(error) || failures >= attempts) throw error;
      const waitMs = backoffMs(options.policy, failures, options.random);
      options.onRetry?.(error, waitMs);
      await options.sleep(waitMs, options.signal);
    }
  }
}
