import type { InputSpec } from '../../shared/preprocessing/input.js';
import type { Dataset } from '../../shared/data/types.js';

/** Half of a column: above it, more values are filled in than measured. */
const HALF = 0.5;
/** Rows that a spread takes. */
const FEW = 10;
/** Spread or middle that is other than the provider's; no mixture of the same classes explains it. */
const OTHER = { spread: 2, middle: 2.5 };
/** From this distance on, a column is probably in another unit. */
const UNIT = { spread: 5, middle: 6 };

/** What is odd about one column of a site's table. */
export interface OddColumn {
  column: string;
  /** Share of its cells that are missing, where it is half or more. */
  missing?: number;
  /** The one value that the site has, where the provider's differ. */
  constant?: number;
  /** Middle (median) and spread (standard deviation), in the column's own units. */
  site?: { middle: number; spread: number };
  provider?: { middle: number; spread: number };
  /** Whether it is so far away that it is probably in another unit. */
  unit?: boolean;
}

type Table = Extract<InputSpec, { kind: 'table' }>;

/** Share of missing cells in each column that the model takes; nothing for images. */
export function missingShares(
  { x, columns, count }: Pick<Dataset, 'x' | 'columns' | 'count'>,
  input: InputSpec,
): number[] | undefined {
  if (input.kind !== 'table' || !columns) return undefined;
  const width = columns.length;
  return input.columns.map((name) => {
    const column = columns.indexOf(name);
    let missing = 0;
    for (let row = 0; row < count; row++) missing += Number(Number.isNaN(x[row * width + column]));
    return missing / count;
  });
}

/**
 * The columns of a site's table that are not like the provider's, by the input contract: half missing,
 * constant, or of another middle or spread.
 *
 * @param x normalised rows, `count × columns`
 * @param missing share of each column's cells that were filled in
 */
export function oddColumns(
  x: Float32Array,
  input: InputSpec,
  missing: readonly number[] = [],
): OddColumn[] | undefined {
  if (input.kind !== 'table') return undefined;
  return input.columns.flatMap((_, d): OddColumn[] => {
    const share = missing[d] ?? 0;
    if (share >= HALF) return [{ column: input.columns[d]!, missing: share }];
    const figures = figuresOf(x, input, d);
    return figures ? [figures] : [];
  });
}

function figuresOf(x: Float32Array, input: Table, d: number): OddColumn | undefined {
  const width = input.columns.length;
  const values = Float64Array.from(
    { length: x.length / width },
    (_, i) => x[i * width + d]!,
  ).sort();
  const n = values.length;
  // for a column that is constant at the provider, the contract sets the deviation to 1; its mean is its median
  const flat = input.std[d] === 1 && input.mean[d] === input.impute[d];
  if (n < FEW || flat) return undefined;
  const [least, most] = [values[0]!, values[n - 1]!];
  const inUnits = (v: number): number => v * input.std[d]! + input.mean[d]!;
  const column = input.columns[d]!;
  if (most - least < 1e-6)
    return isRare(input, d, inUnits(least), n) ? undefined : { column, constant: inUnits(least) };
  const median = (values[(n - 1) >> 1]! + values[n >> 1]!) / 2;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const spread = Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / n);
  const middle = Math.abs(inUnits(median) - input.impute[d]!) / input.std[d]!;
  const beyond = (limit: typeof UNIT): boolean =>
    spread > limit.spread || spread < 1 / limit.spread || middle > limit.middle;
  if (!beyond(OTHER)) return undefined;
  const twoValued = values.every((v) => v === least || v === most);
  return {
    column,
    site: { middle: inUnits(median), spread: spread * input.std[d]! },
    provider: { middle: input.impute[d]!, spread: input.std[d]! },
    unit: beyond(UNIT) && !twoValued,
  };
}

/** Expected number of other values above which it is not chance that all rows hold the usual one (e⁻⁵). */
const EXPECTED = 5;

/**
 * Whether a column that is `value` throughout may be one of few other values, as that of a rare finding:
 * of two values, one of them the median m, the other is taken by (μ − m)² / ((μ − m)² + σ²) of the rows.
 */
function isRare({ mean, std, impute }: Table, d: number, value: number, n: number): boolean {
  if (Math.abs(value - impute[d]!) > 0.005 * std[d]!) return false;
  const off = (mean[d]! - impute[d]!) ** 2;
  return (n * off) / (off + std[d]! ** 2) < EXPECTED;
}
