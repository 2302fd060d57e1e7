import type { Logger } from 'pino';
import type { Catalog } from './catalog.js';
import type { Metrics } from './metrics.js';

const LOOK_EVERY_MS = 60_000;

interface KeepFresh {
  catalog: Catalog;
  metrics: Metrics;
  log: Logger;
  now: () => Date;
  /** Signs a new statement; undefined when the server does not hold the key. */
  renew: ((now: Date) => Promise<unknown>) | undefined;
}

/**
 * Looks after the freshness statement: signs a new one once half the life of the current one is over,
 * or says in the log that somebody has to.
 *
 * @returns stops looking
 */
export function keepFresh({ catalog, metrics, log, now, renew }: KeepFresh): () => void {
  const look = async (): Promise<void> => {
    const { statement } = await catalog.freshness();
    const [created, expires] = [Date.parse(statement.created), Date.parse(statement.expires)];
    metrics.releases.set(Object.keys(statement.releases).length);
    metrics.freshnessExpires.set(expires / 1000);
    if (now().getTime() < (created + expires) / 2) return;
    if (renew) {
      await renew(now());
      log.info('freshness statement renewed');
    } else {
      log.warn({ expires: statement.expires }, 'the freshness statement grows old: renew it');
    }
  };
  const safely = (): void => {
    look().catch((error: unknown) => {
      log.error({ err: error }, 'freshness statement');
    });
  };
  safely();
  const timer = setInterval(safely, LOOK_EVERY_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}
