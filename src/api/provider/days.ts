const DAY_S = 86_400;

/** A length of time in days; undefined where the one that is usual shall apply. */
export const daysOf = (seconds: number | undefined): number | undefined =>
  seconds === undefined ? undefined : seconds / DAY_S;
