/**
 * Figures of training data that are published with a model, rounded so that none of them is the value of
 * a single row. Networks are trained with the rounded figures, so that contract and weights agree.
 */

/** Rows that a published figure has to come from, or to stand for. */
export const LEAST_ROWS = 10;

/** What a column is standardised by, in its own units. */
export interface ColumnScale {
  /** Stands in for a missing value. */
  impute: number;
  mean: number;
  std: number;
}

/**
 * The figures of a column: the deviation to three digits; the mean to a step between a hundredth and a
 * tenth of the deviation, since the network sees the difference in deviations; the median to such a step
 * too, or as much coarser as it takes that ten rows round to it. Missing values count as the median.
 *
 * @param values of one column, NaN where one is missing; at least `LEAST_ROWS` are known
 */
export function roundedFigures(values: Float32Array): ColumnScale {
  const known = values.filter((value) => !Number.isNaN(value)).sort();
  const middle = known.length >> 1;
  const median =
    known.length % 2 === 1 ? known[middle]! : (known[middle - 1]! + known[middle]!) / 2;
  const filled = Float64Array.from(values, (value) => (Number.isNaN(value) ? median : value));
  const mean = filled.reduce((a, b) => a + b, 0) / filled.length;
  const variance = filled.reduce((sum, v) => sum + (v - mean) ** 2, 0) / filled.length;
  const std = Math.sqrt(variance);
  if (std === 0 || !(std > Math.abs(mean) * 1e-6)) return constant(mean);
  const step = 10 ** (Math.floor(Math.log10(std)) - 1);
  return {
    impute: sharedMedian(known, median, step, std) ?? toStep(mean, step),
    mean: toStep(mean, step),
    std: toDigits(std, 3),
  };
}

/** A column that says nothing becomes zeros, or next to it where its value is rounded. */
function constant(value: number): ColumnScale {
  const mean = toDigits(value, 3);
  const rest = Math.abs(value - mean);
  const std = rest === 0 ? 1 : 10 ** (Math.ceil(Math.log10(rest)) + 1);
  return { impute: mean, mean, std };
}

/** The median at the finest step at which ten rows round to it; none where a deviation is not enough. */
function sharedMedian(
  known: Float32Array,
  median: number,
  finest: number,
  std: number,
): number | undefined {
  for (let unit = finest; unit <= std; unit *= 10)
    for (const step of [unit, 2 * unit, 5 * unit]) {
      const rounded = toStep(median, step);
      const same = known.filter((value) => Math.abs(value - rounded) <= step / 2).length;
      if (step <= std && same >= LEAST_ROWS) return rounded;
    }
  return undefined;
}

/** The nearest multiple of a step, without the digits that binary fractions add. */
const toStep = (value: number, step: number): number =>
  Number((Math.round(value / step) * step).toPrecision(12)) + 0;

const toDigits = (value: number, digits: number): number => Number(value.toPrecision(digits));
