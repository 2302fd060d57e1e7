import type { Random } from '../../src/shared/random.js';
import type { Dataset } from '../../src/shared/data/types.js';
import { take, type Transform } from './transforms.js';

type Map = (x: number, y: number) => [number, number];

/** Each image through a map of its own, bilinear, black outside; coordinates about the centre. */
export const eachWarped =
  (name: string, mapOf: (r: Random) => Map): Transform =>
  (dataset, r) => {
    const [C, H, W] = dataset.shape as [number, number, number];
    const x = new Float32Array(dataset.x.length);
    const [cy, cx] = [(H - 1) / 2, (W - 1) / 2];
    for (let plane = 0; plane < dataset.count * C; plane++) {
      const map = mapOf(r.fork(name, Math.floor(plane / C)));
      const at = (i: number, j: number): number =>
        i < 0 || j < 0 || i >= H || j >= W ? 0 : dataset.x[plane * H * W + i * W + j]!;
      for (let p = 0; p < H * W; p++) {
        const [u, v] = map((p % W) - cx, Math.floor(p / W) - cy);
        const [sx, sy] = [u + cx, v + cy];
        const [x0, y0] = [Math.floor(sx), Math.floor(sy)];
        const [a, b] = [sx - x0, sy - y0];
        x[plane * H * W + p] =
          (1 - b) * ((1 - a) * at(y0, x0) + a * at(y0, x0 + 1)) +
          b * ((1 - a) * at(y0 + 1, x0) + a * at(y0 + 1, x0 + 1));
      }
    }
    return { ...dataset, x };
  };

/** A rotation by up to `degrees` and a shift of up to `pixels`, another for each image. */
export const jolted = (degrees: number, pixels: number): Transform =>
  eachWarped('jolt', (r) => {
    const angle = ((2 * r.next() - 1) * degrees * Math.PI) / 180;
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    const [dx, dy] = [pixels * (2 * r.next() - 1), pixels * (2 * r.next() - 1)];
    return (x, y) => [c * x + s * y + dx, c * y - s * x + dy];
  });

/** Waves of a few pixels, another pattern for each image. */
export const wavy = (pixels: number): Transform =>
  eachWarped('wave', (r) => {
    const [a, b, c, d] = [0, 0, 0, 0].map(() => 2 * Math.PI * r.next()) as [
      ...[number, number, number, number],
    ];
    const [f, g] = [0.3 + 0.3 * r.next(), 0.3 + 0.3 * r.next()];
    return (x, y) => [
      x + pixels * Math.sin(f * y + a) + (pixels / 2) * Math.sin(g * x + b),
      y + pixels * Math.sin(g * x + c) + (pixels / 2) * Math.sin(f * y + d),
    ];
  });

/** Pixels through `f(value, row, column, stream of the image)`. */
export const drawn =
  (f: (v: number, i: number, j: number, r: Random) => number): Transform =>
  (dataset, r) => {
    const [C, H, W] = dataset.shape as [number, number, number];
    const x = new Float32Array(dataset.x.length);
    for (let n = 0; n < dataset.count * C; n++) {
      const stream = r.fork('drawn', n);
      for (let p = 0; p < H * W; p++) {
        const at = n * H * W + p;
        const v = f(dataset.x[at]!, Math.floor(p / W), p % W, stream);
        x[at] = Math.min(1, Math.max(0, v));
      }
    }
    return { ...dataset, x };
  };

/** Pixels taken from elsewhere in the same image: `(row, column, H, W) → [row, column]`. */
export const placed =
  (from: (i: number, j: number, H: number, W: number) => [number, number]): Transform =>
  (dataset) => {
    const [, H, W] = dataset.shape as [number, number, number];
    const x = dataset.x.map((_, at) => {
      const p = at % (H * W);
      const [i, j] = from(Math.floor(p / W), p % W, H, W);
      return i < 0 || j < 0 || i >= H || j >= W ? 0 : dataset.x[at - p + i * W + j]!;
    });
    return { ...dataset, x };
  };

/** Squares of `size` pixels in one other order, the same for all images. */
export const shuffledBlocks =
  (size: number): Transform =>
  (dataset, r) => {
    const W = dataset.shape[2]!;
    const across = W / size;
    const order = r.fork('blocks').permutation(across * across);
    return placed((i, j) => {
      const from = order[Math.floor(i / size) * across + Math.floor(j / size)]!;
      return [Math.floor(from / across) * size + (i % size), (from % across) * size + (j % size)];
    })(dataset, r);
  };

/** A textured background under the ink: the sum of a few waves, between 0 and `strength`. */
export const textured =
  (strength: number): Transform =>
  (dataset, r) => {
    const [C, H, W] = dataset.shape as [number, number, number];
    const x = new Float32Array(dataset.x.length);
    for (let n = 0; n < dataset.count * C; n++) {
      const s = r.fork('texture', n);
      const waves = Array.from(
        { length: 3 },
        () => [s.normal(), s.normal(), 6 * s.next()] as const,
      );
      for (let p = 0; p < H * W; p++) {
        const [i, j] = [Math.floor(p / W), p % W];
        const sum = waves.reduce((t, [a, b, c]) => t + Math.sin(a * i + b * j + c), 0);
        const ground = (strength * (sum + 3)) / 6;
        const v = dataset.x[n * H * W + p]!;
        x[n * H * W + p] = v + (1 - v) * ground;
      }
    }
    return { ...dataset, x };
  };

/** One transform for a share of the samples, another for the rest. */
export const mixture =
  (share: number, some: Transform, others: Transform): Transform =>
  (dataset, r) => {
    const stream = r.fork('mixture');
    const chosen = Array.from({ length: dataset.count }, () => stream.next() < share);
    const [a, b] = [some(dataset, r.fork('some')), others(dataset, r.fork('others'))];
    const width = dataset.x.length / dataset.count;
    return { ...b, x: b.x.map((v, i) => (chosen[Math.floor(i / width)] ? a.x[i]! : v)) };
  };

/** The first `distinct` samples again and again. */
export const repeated =
  (distinct: number): Transform =>
  (dataset) =>
    take(
      dataset,
      Array.from({ length: dataset.count }, (_, i) => i % distinct),
    );

/** Every image narrowed to one half, with another sample's beside it. */
export const sideBySide: Transform = (dataset) => {
  const [, H, W] = dataset.shape as [number, number, number];
  const size = dataset.x.length;
  const x = dataset.x.map((_, at) => {
    const [p, image] = [at % (H * W), at - (at % (H * W))];
    const [i, j] = [Math.floor(p / W), p % W];
    const own = j < W / 2 ? image : (image + 17 * H * W) % size;
    const from = own + i * W + (j % (W / 2)) * 2;
    return (dataset.x[from]! + dataset.x[from + 1]!) / 2;
  });
  return { ...dataset, x };
};

/** Strokes from point to point in a square of −1 … 1: ten capitals without a curve. */
const CAPITALS: readonly (readonly number[])[][] = [
  [[-1, 1, 0, -1], [0, -1, 1, 1], [-0.5, 0, 0.5, 0]],
  [[-1, -1, -1, 1], [-1, -1, 1, -1], [-1, 0, 0.6, 0], [-1, 1, 1, 1]],
  [[-1, -1, -1, 1], [1, -1, 1, 1], [-1, 0, 1, 0]],
  [[-1, -1, -1, 1], [1, -1, -1, 0], [-1, 0, 1, 1]],
  [[-1, -1, -1, 1], [-1, 1, 1, 1]],
  [[-1, 1, -1, -1], [-1, -1, 0, 0.3], [0, 0.3, 1, -1], [1, -1, 1, 1]],
  [[-1, 1, -1, -1], [-1, -1, 1, 1], [1, 1, 1, -1]],
  [[-1, -1, 1, -1], [0, -1, 0, 1]],
  [[-1, -1, 0, 1], [0, 1, 1, -1]],
  [[-1, -1, 1, 1], [1, -1, -1, 1]],
]; // prettier-ignore

/** Capital letters, drawn with a pen of about two pixels, in place of each image. */
export const letters: Transform = (dataset, r) => {
  const [C, H, W] = dataset.shape as [number, number, number];
  const x = new Float32Array(dataset.x.length);
  const labels = new Int32Array(dataset.count);
  for (let n = 0; n < dataset.count; n++) {
    const s = r.fork('letter', n);
    labels[n] = s.int(CAPITALS.length);
    const [size, lean, pen] = [0.3 + 0.06 * s.normal(), 0.15 * s.normal(), 1.1 + 0.5 * s.next()];
    const strokes = CAPITALS[labels[n]!]!.map((ends) =>
      ends.map((v, d) => {
        const slanted = d % 2 === 0 ? v - lean * ends[d + 1]! : v;
        return (slanted * size + 0.5 + 0.02 * s.normal()) * (d % 2 === 0 ? W : H);
      }),
    );
    for (let p = 0; p < C * H * W; p++) {
      const [i, j] = [Math.floor(p / W) % H, p % W];
      const nearest = Math.min(...strokes.map((ends) => toSegment(j, i, ends)));
      x[n * C * H * W + p] = Math.min(1, Math.max(0, pen + 0.5 - nearest));
    }
  }
  return { ...dataset, x, labels };
};

/** Distance of a point to a stroke. */
function toSegment(x: number, y: number, ends: readonly number[]): number {
  const [a, b, c, d] = ends as [number, number, number, number];
  const [u, v] = [c - a, d - b];
  const t = Math.min(1, Math.max(0, ((x - a) * u + (y - b) * v) / (u * u + v * v + 1e-9)));
  return Math.hypot(x - a - t * u, y - b - t * v);
}

/** Means of squares of `size` pixels. */
export const coarse =
  (size: number): Transform =>
  (dataset) => {
    const [, H, W] = dataset.shape as [number, number, number];
    const x = dataset.x.map((_, at) => {
      const p = at % (H * W);
      const [i, j] = [Math.floor(p / W), p % W];
      const [y, z] = [i - (i % size), j - (j % size)];
      let [sum, n] = [0, 0];
      for (let a = y; a < Math.min(H, y + size); a++)
        for (let b = z; b < Math.min(W, z + size); b++) {
          sum += dataset.x[at - p + a * W + b]!;
          n++;
        }
      return sum / n;
    });
    return { ...dataset, x };
  };

/** The labels' shares, as given, of the classes in their order: 20:1 and the like. */
export const shared =
  (shares: readonly number[]): Transform =>
  (dataset, r) => {
    const stream = r.fork('shares');
    const most = Math.max(...shares);
    const keep = [...dataset.labels!].flatMap((label, i) =>
      stream.next() < (shares[label] ?? 0) / most ? [i] : [],
    );
    return take(dataset, keep);
  };

/** Every image the same grey: nothing to see. */
export const blank =
  (level: number): Transform =>
  (dataset: Dataset) => ({ ...dataset, x: dataset.x.map(() => level) });
