/** Upper tail of the standard normal distribution (Abramowitz and Stegun 1964, 26.2.17; error below 1e-7). */
export function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z);
  const t = 1 / (1 + 0.2316419 * z);
  const poly = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429];
  const sum = poly.reduceRight((s, c) => (s + c) * t, 0);
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * sum;
}

/** Upper tail of χ² with `degrees` of freedom (Wilson and Hilferty 1931; two digits are enough here). */
export function chiSquareTail(value: number, degrees: number): number {
  if (value <= 0) return 1;
  if (degrees === 1) return 2 * normalTail(Math.sqrt(value));
  const width = 2 / (9 * degrees);
  return normalTail((Math.cbrt(value / degrees) - (1 - width)) / Math.sqrt(width));
}

/** Inverse of a square matrix by Gauss and Jordan's elimination; nothing where it has none to speak of. */
export function inverse(matrix: readonly (readonly number[])[]): number[][] | undefined {
  const n = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => Number(i === j))]);
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let i = column + 1; i < n; i++)
      if (Math.abs(rows[i]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = i;
    const chosen = rows[pivot]!;
    if (Math.abs(chosen[column]!) < 1e-12) return undefined;
    [rows[pivot], rows[column]] = [rows[column]!, chosen];
    const scaled = chosen.map((v) => v / chosen[column]!);
    rows.forEach((row, i) => {
      rows[i] = i === column ? scaled : row.map((v, j) => v - row[column]! * scaled[j]!);
    });
  }
  return rows.map((row) => row.slice(n));
}
