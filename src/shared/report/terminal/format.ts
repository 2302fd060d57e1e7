/** Numbers as people read them. Every function is total: what is not a number becomes `–`. */

const MISSING = '–';

/** A share in 0..1 as `93.1%`. */
export function percent(share: number | undefined | null, digits = 1): string {
  return isNumber(share) ? `${(share * 100).toFixed(digits)}%` : MISSING;
}

/** A difference of two shares as `+21.7` percentage points. */
export function points(difference: number | undefined | null, digits = 1): string {
  if (!isNumber(difference)) return MISSING;
  const value = (difference * 100).toFixed(digits);
  return difference > 0 ? `+${value}` : value.replace('-', '−');
}

/** A duration in seconds as `0.42 s`, `12.3 s`, `4 min 05 s`, `2 h 03 min`. */
export function durationText(seconds: number | undefined | null): string {
  if (!isNumber(seconds)) return MISSING;
  if (seconds < 1) return `${seconds.toFixed(2)} s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const two = (n: number): string => String(n).padStart(2, '0');
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

/** A number of bytes as `512 B`, `1.7 MiB` (powers of 1024). */
export function bytes(count: number | undefined | null): string {
  if (!isNumber(count)) return MISSING;
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  let value = count;
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return `${unit === 0 || value >= 100 ? value.toFixed(0) : value.toFixed(1)} ${units[unit]!}`;
}

/** How much of how much: `20/100`, `17.4/190`. */
export function ratio(value: number, total: number): string {
  const short = (n: number): string => (Number.isInteger(n) ? String(n) : n.toFixed(1));
  return `${short(value)}/${short(total)}`;
}

/** A whole number with thousands separated by a thin mark: `10,000`. */
export function count(n: number | undefined | null): string {
  return isNumber(n) ? n.toLocaleString('en-US') : MISSING;
}

/** The first characters of a hex digest, enough to compare by eye: `9f86d081884c…`. */
export function shortDigest(digest: string | undefined): string {
  if (!digest) return MISSING;
  const hex = digest.replace(/^sha256:/, '');
  return hex.length > 12 ? `${hex.slice(0, 12)}…` : hex;
}

function isNumber(value: number | undefined | null): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
