/**
 * The value of an image between its pixels: linear in both directions between the four around it.
 *
 * @param at the value of a pixel, those beyond the edge included
 */
export function bilinear(
  at: (row: number, column: number) => number,
  y: number,
  x: number,
): number {
  const row = Math.floor(y);
  const column = Math.floor(x);
  const s = y - row;
  const t = x - column;
  return (
    (1 - s) * ((1 - t) * at(row, column) + t * at(row, column + 1)) +
    s * ((1 - t) * at(row + 1, column) + t * at(row + 1, column + 1))
  );
}
