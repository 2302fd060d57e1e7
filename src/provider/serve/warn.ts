import type { Logger } from 'pino';

const DAY_MS = 86_400_000;

/**
 * Logs what has expired or soon will: now, and then every day.
 *
 * @returns stops saying it
 */
export function warnDaily(
  warnings: ((now: Date) => readonly string[]) | undefined,
  now: () => Date,
  log: Logger,
): () => void {
  const say = (): void => {
    try {
      for (const line of warnings?.(now()) ?? []) log.warn(line);
    } catch (error) {
      log.error({ err: error }, 'cannot say what expires');
    }
  };
  say();
  const timer = setInterval(say, DAY_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}
