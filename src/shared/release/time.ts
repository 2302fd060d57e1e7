/** What clocks and expiries of signed metadata have in common. */

/** How far ahead of a machine's clock another's may be. */
const CLOCK_SKEW_MS = 10 * 60 * 1000;
const DAY_MS = 86_400_000;
/** Commands and pages warn this many days before something expires. */
export const WARNING_DAYS = 30;

/** Whether a time lies further ahead than clocks may differ: this clock or that of who wrote it is wrong. */
export const isAhead = (created: string, now: Date): boolean =>
  Date.parse(created) > now.getTime() + CLOCK_SKEW_MS;

/** Something that ends, and what prevents that. */
export interface Expiring {
  /** e.g. `root 3`. */
  readonly what: string;
  /** ISO 8601. */
  readonly expires: string;
  /** The command, or the person, that renews it. */
  readonly renew: string;
}

/** One line for something that has expired or will within {@link WARNING_DAYS}; else undefined. */
export function expiryWarning({ what, expires, renew }: Expiring, now: Date): string | undefined {
  const left = Date.parse(expires) - now.getTime();
  if (left > WARNING_DAYS * DAY_MS) return undefined;
  const date = expires.slice(0, 10);
  if (left <= 0) return `${what} expired on ${date}: ${renew}`;
  const days = Math.floor(left / DAY_MS);
  const when = days === 0 ? 'within a day' : days === 1 ? 'in a day' : `in ${days} days`;
  return `${what} expires on ${date}, ${when}: ${renew}`;
}

/** The lines for all that expires soon, the first to expire first. */
export const expiryWarnings = (all: readonly Expiring[], now: Date): string[] =>
  [...all]
    .sort((a, b) => Date.parse(a.expires) - Date.parse(b.expires))
    .flatMap((one) => expiryWarning(one, now) ?? []);
