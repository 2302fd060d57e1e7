import type { Logger } from 'pino';
import { FedshotError } from '../../shared/errors.js';
import { type Freshness, isAhead } from '../../shared/release/index.js';
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
 * Keeps the freshness statement current. A new one is signed once half the life of the present one is
 * over, or when no site would accept the present one (it is not of the newest root, or is dated in the
 * future because the clock was once wrong). Without the key it logs that somebody has to sign.
 *
 * @returns stops looking
 */
export function keepFresh({ catalog, metrics, log, now, renew }: KeepFresh): () => void {
  const look = async (): Promise<void> => {
    const root = await catalog.newestRoot();
    metrics.rootExpires.set(Date.parse(root.document.expires) / 1000);
    const statement = await current(catalog);
    const why = reason(statement, root.version, now());
    if (statement) {
      metrics.releases.set(Object.keys(statement.releases).length);
      metrics.freshnessExpires(Date.parse(statement.expires) / 1000);
    }
    if (why === undefined) return;
    const expires = statement?.expires;
    if (!renew) {
      log.warn({ expires }, `the freshness statement ${why}: renew it`);
      return;
    }
    if (why !== OLD) log.warn({ expires }, `the freshness statement ${why}`);
    await renew(now());
    log.info('freshness statement renewed');
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

const OLD = 'grows old';

/** The statement that sites are shown; undefined when they could not verify it. */
async function current(catalog: Catalog): Promise<Freshness | undefined> {
  try {
    return (await catalog.freshness()).statement;
  } catch (error) {
    if (error instanceof FedshotError && error.code === 'signature') return undefined;
    throw error;
  }
}

/** Why a new statement is wanted; undefined when the present one will do. */
export function reason(
  statement: Freshness | undefined,
  root: number,
  now: Date,
): string | undefined {
  if (!statement) return 'is not signed by the keys of the newest root';
  if (statement.root < root) return 'is of an older root';
  if (isAhead(statement.created, now))
    return `is dated ${statement.created}, which is in the future: check this machine's clock`;
  const half = (Date.parse(statement.created) + Date.parse(statement.expires)) / 2;
  return now.getTime() < half ? undefined : OLD;
}
