import { FedshotError } from '../errors.js';

/** As many columns as the input contract can name. */
export const MAX_COLUMNS = 100_000;

/** Names of columns that have none: `#0`, `#1`, … */
export function positionalColumns(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `#${i}`);
}

/** Per column, how many values are NaN. */
export function missingCells(x: Float32Array, width: number): number[] {
  const missing = Array.from({ length: width }, () => 0);
  for (let i = 0; i < x.length; i++) if (Number.isNaN(x[i])) missing[i % width]!++;
  return missing;
}

/** @throws FedshotError `limit` */
export function assertColumns(name: string, columns: number): void {
  if (columns > MAX_COLUMNS)
    throw new FedshotError(
      'limit',
      `${name}: ${columns} columns; at most ${MAX_COLUMNS} are read`,
      {
        hint: 'choose columns before, for example those that vary most',
      },
    );
}
