import type { Dataset } from '../data/types.js';
import { FedshotError } from '../errors.js';

/** Columns per row that an image is sheared by at most: 45°. Beyond lies noise, or a single line. */
const STEEPEST = 1;

/**
 * Takes the slant out of every image: rows move sideways about the centre of mass until the second
 * moments of what is bright have no covariance left (LeCun et al., "Gradient-based learning applied to
 * document recognition", 1998, section III.B). Linear between columns, black outside.
 *
 * @throws FedshotError `usage` for a table
 */
export function deslant(dataset: Dataset): Dataset {
  if (dataset.kind !== 'image')
    throw new FedshotError('usage', `--deslant needs images; ${dataset.source} is a table`);
  const [C, H, W] = dataset.shape as [number, number, number];
  const x = new Float32Array(dataset.x.length);
  const size = C * H * W;
  for (let from = 0; from < x.length; from += size) {
    const { slant, centre } = slantOf(dataset.x.subarray(from, from + size), [C, H, W]);
    for (let row = 0; row < C * H; row++) {
      const shift = slant * ((row % H) - centre);
      const start = from + row * W;
      const at = (column: number): number =>
        column < 0 || column >= W ? 0 : dataset.x[start + column]!;
      const whole = Math.floor(shift);
      const t = shift - whole;
      for (let j = 0; j < W; j++) x[start + j] = (1 - t) * at(j + whole) + t * at(j + whole + 1);
    }
  }
  return { ...dataset, x };
}

/** Columns that an image leans by from row to row, and the row of its centre of mass. */
export function slantOf(
  image: Float32Array,
  [C, H, W]: readonly [number, number, number],
): { slant: number; centre: number } {
  let [mass, rows, columns] = [0, 0, 0];
  const eachPixel = (visit: (grey: number, row: number, column: number) => void): void => {
    for (let row = 0; row < C * H; row++)
      for (let j = 0; j < W; j++) visit(image[row * W + j]!, row % H, j);
  };
  eachPixel((grey, row, column) => {
    mass += grey;
    rows += grey * row;
    columns += grey * column;
  });
  // nothing to see, nothing to turn upright
  if (mass <= 0) return { slant: 0, centre: (H - 1) / 2 };
  const [centre, middle] = [rows / mass, columns / mass];
  let [spread, covariance] = [0, 0];
  eachPixel((grey, row, column) => {
    spread += grey * (row - centre) ** 2;
    covariance += grey * (row - centre) * (column - middle);
  });
  const slant = spread > 0 ? covariance / spread : 0;
  return { slant: Math.min(STEEPEST, Math.max(-STEEPEST, slant)), centre };
}
