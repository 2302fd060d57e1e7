import type { Random } from '../../shared/random.js';
import type { Glyph, Point, Stroke } from './glyphs.js';

/** Side of a digit's image in pixels. */
export const SIDE = 28;

const PIECES_PER_SPAN = 6;

/** How a hand writes: every figure is a mean and a standard deviation. */
export interface Hand {
  /** Radius of the pen in pixels. */
  readonly radius: readonly [number, number];
  /** Horizontal shift per unit of height: the slant of the writing. */
  readonly shear: readonly [number, number];
  /** Rotation in degrees, clockwise. */
  readonly rotation: readonly [number, number];
  /** Height of a digit in pixels. */
  readonly height: readonly [number, number];
  /** Displacement of a stroke's points, as a fraction of the digit's height (standard deviation). */
  readonly wobble: number;
}

/**
 * Writes a digit: every point of the glyph wobbles, the whole is slanted, rotated, brought to size
 * and centred as the digits of MNIST are, then drawn with a round pen whose pressure varies.
 *
 * @returns `SIDE × SIDE` grey levels in 0..1
 */
export function write(glyph: Glyph, hand: Hand, random: Random): Float32Array {
  const draw = ([mean, deviation]: readonly [number, number]): number =>
    mean + deviation * random.normal();
  const width = glyph.width * Math.exp(0.12 * random.normal());
  const shear = draw(hand.shear);
  const angle = (draw(hand.rotation) * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const place = ([x, y]: Point): Point => {
    const slanted = x * width - y * shear;
    return [cos * slanted - sin * y, sin * slanted + cos * y];
  };
  const curves = glyph.strokes.map((points) =>
    smooth(wobble(points, hand.wobble, random).map(place)),
  );
  const all = curves.flat();
  const [left, right] = range(all.map(([x]) => x));
  const [top, bottom] = range(all.map(([, y]) => y));
  const radius = Math.max(0.3, draw(hand.radius));
  const room = SIDE - 4 - 2 * radius;
  const scale = Math.min(
    draw(hand.height) / (bottom - top),
    room / (bottom - top),
    room / Math.max(right - left, 1e-3),
  );
  const middle = [SIDE / 2 + 0.6 * random.normal(), SIDE / 2 + 0.6 * random.normal()] as const;
  const image = new Float32Array(SIDE * SIDE);
  for (const curve of curves) {
    const pixels = curve.map(([x, y]): Point => [
      middle[0] + (x - (left + right) / 2) * scale,
      middle[1] + (y - (top + bottom) / 2) * scale,
    ]);
    const [press, lift] = [1 + 0.12 * random.normal(), 1 + 0.12 * random.normal()];
    drawCurve(image, pixels, radius * press, radius * lift);
  }
  return image;
}

/** Displaces the points; the two halves of a corner stay together. */
function wobble(points: Stroke, amount: number, random: Random): Point[] {
  const result: Point[] = [];
  points.forEach((point, i) => {
    const twin = points[i - 1];
    if (twin && twin[0] === point[0] && twin[1] === point[1]) result.push(result.at(-1)!);
    else
      result.push([point[0] + amount * 1.3 * random.normal(), point[1] + amount * random.normal()]);
  });
  return result;
}

/** A uniform Catmull–Rom spline through the points, as a polyline. */
function smooth(points: readonly Point[]): Point[] {
  const at = (i: number): Point => points[Math.min(points.length - 1, Math.max(0, i))]!;
  const result: Point[] = [at(0)];
  for (let i = 0; i + 1 < points.length; i++) {
    const [a, b, c, d] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    if (b === c) continue;
    for (let k = 1; k <= PIECES_PER_SPAN; k++) {
      const t = k / PIECES_PER_SPAN;
      const mix = (p: number, q: number, r: number, s: number): number =>
        q + 0.5 * t * (r - p + t * (2 * p - 5 * q + 4 * r - s + t * (3 * (q - r) + s - p)));
      result.push([mix(a[0], b[0], c[0], d[0]), mix(a[1], b[1], c[1], d[1])]);
    }
  }
  return result;
}

/** Covers what lies within the radius, which goes from `start` to `end`; edges are one pixel soft. */
function drawCurve(image: Float32Array, curve: readonly Point[], start: number, end: number): void {
  for (let i = 0; i + 1 < curve.length; i++) {
    const [ax, ay] = curve[i]!;
    const [bx, by] = curve[i + 1]!;
    const radius = start + ((end - start) * i) / curve.length;
    const reach = radius + 1;
    const [dx, dy] = [bx - ax, by - ay];
    const length2 = dx * dx + dy * dy || 1;
    const firstY = Math.max(0, Math.floor(Math.min(ay, by) - reach));
    const lastY = Math.min(SIDE - 1, Math.ceil(Math.max(ay, by) + reach));
    const firstX = Math.max(0, Math.floor(Math.min(ax, bx) - reach));
    const lastX = Math.min(SIDE - 1, Math.ceil(Math.max(ax, bx) + reach));
    for (let y = firstY; y <= lastY; y++)
      for (let x = firstX; x <= lastX; x++) {
        const [px, py] = [x + 0.5 - ax, y + 0.5 - ay];
        const t = Math.min(1, Math.max(0, (px * dx + py * dy) / length2));
        const distance = Math.sqrt((px - t * dx) ** 2 + (py - t * dy) ** 2);
        const cover = Math.min(1, Math.max(0, radius + 0.5 - distance));
        const p = y * SIDE + x;
        if (cover > image[p]!) image[p] = cover;
      }
  }
}

function range(values: readonly number[]): [number, number] {
  return [Math.min(...values), Math.max(...values)];
}
