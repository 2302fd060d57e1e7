import { random, type Random } from '../../src/shared/random.js';
import type { Dataset } from '../../src/shared/data/types.js';
import { invert, orient, type Orientation } from '../../src/shared/preprocessing/orient.js';

/** Makes another data set of one; `random` is the case's own stream. */
export type Transform = (dataset: Dataset, random: Random) => Dataset;

/** The samples with these numbers. */
export function take(dataset: Dataset, index: readonly number[]): Dataset {
  const width = dataset.x.length / dataset.count;
  const x = new Float32Array(index.length * width);
  index.forEach((from, to) => {
    x.set(dataset.x.subarray(from * width, (from + 1) * width), to * width);
  });
  const labels = dataset.labels && Int32Array.from(index, (i) => dataset.labels![i]!);
  return { ...dataset, count: index.length, x, labels };
}

const where = (dataset: Dataset, keep: (label: number, i: number) => boolean): Dataset =>
  take(
    dataset,
    [...dataset.labels!.entries()].flatMap(([i, label]) => (keep(label, i) ? [i] : [])),
  );

/** `n` samples at random. */
export const sample =
  (n: number): Transform =>
  (dataset, r) =>
    take(dataset, [...r.fork('sample').permutation(dataset.count).subarray(0, n)]);

export const only =
  (...classes: number[]): Transform =>
  (dataset) =>
    where(dataset, (label) => classes.includes(label));

/** Class k keeps a share that falls geometrically, so that the first is `ratio` times the last. */
export const imbalanced =
  (ratio: number): Transform =>
  (dataset, r) => {
    const stream = r.fork('imbalance');
    return where(dataset, (label) => stream.next() < ratio ** (-label / 9));
  };

export const grey =
  (f: (v: number, r: Random) => number): Transform =>
  (dataset, r) => {
    const stream = r.fork('grey');
    return { ...dataset, x: dataset.x.map((v) => Math.min(1, Math.max(0, f(v, stream)))) };
  };

export const inverted: Transform = (dataset) => invert(dataset);
export const turned =
  (how: Orientation): Transform =>
  (dataset) =>
    orient(dataset, how);

/** Each image's pixels through `(x, y) → source coordinates`, bilinear, black outside. */
export const warped =
  (map: (x: number, y: number) => [number, number]): Transform =>
  (dataset) => {
    const [C, H, W] = dataset.shape as [number, number, number];
    const x = new Float32Array(dataset.x.length);
    const [cy, cx] = [(H - 1) / 2, (W - 1) / 2];
    for (let plane = 0; plane < dataset.count * C; plane++) {
      const at = (i: number, j: number): number =>
        i < 0 || j < 0 || i >= H || j >= W ? 0 : dataset.x[plane * H * W + i * W + j]!;
      for (let i = 0; i < H; i++)
        for (let j = 0; j < W; j++) {
          const [u, v] = map(j - cx, i - cy);
          const [sx, sy] = [u + cx, v + cy];
          const [x0, y0] = [Math.floor(sx), Math.floor(sy)];
          const [a, b] = [sx - x0, sy - y0];
          x[plane * H * W + i * W + j] =
            (1 - b) * ((1 - a) * at(y0, x0) + a * at(y0, x0 + 1)) +
            b * ((1 - a) * at(y0 + 1, x0) + a * at(y0 + 1, x0 + 1));
        }
    }
    return { ...dataset, x };
  };

export const rotated = (degrees: number): Transform => {
  const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return warped((x, y) => [c * x + s * y, c * y - s * x]);
};

/** One permutation of the values of every sample: rows of a table, or an image's pixels. */
export const permuted: Transform = (dataset, r) => {
  const width = dataset.x.length / dataset.count;
  const order = r.fork('permuted').permutation(width);
  const x = new Float32Array(dataset.x.length);
  for (let i = 0; i < x.length; i++) {
    const column = i % width;
    x[i] = dataset.x[i - column + order[column]!]!;
  }
  return { ...dataset, x };
};

/** Three planes of a third of the rows each, woven together: an image read in the wrong channel order. */
export const interleaved: Transform = (dataset) => {
  const width = dataset.x.length / dataset.count;
  const third = Math.ceil(width / 3);
  const x = dataset.x.map((_, i) => {
    const column = i % width;
    return dataset.x[
      i - column + Math.min(width - 1, (column % 3) * third + Math.floor(column / 3))
    ]!;
  });
  return { ...dataset, x };
};

/** Smooth random blobs with random labels: pictures of something else altogether. */
export const otherThings: Transform = (dataset, r) => {
  const [C, H, W] = dataset.shape as [number, number, number];
  const x = new Float32Array(dataset.x.length);
  for (let i = 0; i < dataset.count * C; i++) {
    const stream = r.fork('blob', i);
    const blobs = Array.from({ length: 4 }, () => [
      stream.next() * W,
      stream.next() * H,
      2 + 4 * stream.next(),
      stream.next(),
    ]);
    for (let p = 0; p < H * W; p++)
      x[i * H * W + p] = Math.min(
        1,
        blobs.reduce((v, [u, w, s, a]) => {
          const d = ((p % W) - u!) ** 2 + (Math.floor(p / W) - w!) ** 2;
          return v + a! * Math.exp(-d / (2 * s! * s!));
        }, 0),
      );
  }
  return { ...dataset, x };
};

export const noiseOnly: Transform = (dataset, r) => {
  const stream = r.fork('noise');
  return { ...dataset, x: dataset.x.map(() => stream.next()) };
};

/** The image's quarters in another order. */
export const scrambled: Transform = (dataset) => {
  const [, H, W] = dataset.shape as [number, number, number];
  const x = dataset.x.map((_, i) => {
    const [row, column] = [Math.floor(i / W) % H, i % W];
    const [y, z] = [
      (row + H / 2) % H,
      column < W / 2 !== row < H / 2 ? column : (column + W / 2) % W,
    ];
    return dataset.x[i - row * W - column + y * W + z]!;
  });
  return { ...dataset, x };
};

/** Stripes whose direction has nothing to do with the labels. */
export const stripes: Transform = (dataset, r) => {
  const [C, H, W] = dataset.shape as [number, number, number];
  const x = new Float32Array(dataset.x.length);
  for (let i = 0; i < dataset.count * C; i++) {
    const stream = r.fork('stripes', i);
    const angle = Math.PI * stream.next();
    const [a, b, phase] = [Math.cos(angle) / 2, Math.sin(angle) / 2, 6 * stream.next()];
    for (let p = 0; p < H * W; p++)
      x[i * H * W + p] = 0.5 + 0.5 * Math.sin(a * (p % W) + b * Math.floor(p / W) + phase);
  }
  return { ...dataset, x };
};

/** Strength of the change from pixel to pixel: outlines instead of strokes. */
export const outlines: Transform = (dataset) => {
  const W = dataset.shape[2]!;
  const x = dataset.x.map((v, i) =>
    Math.min(1, Math.abs(v - (dataset.x[i + 1] ?? v)) + Math.abs(v - (dataset.x[i + W] ?? v))),
  );
  return { ...dataset, x };
};

/** Dead and stuck pixels, a share of each. */
export const saltAndPepper =
  (share: number): Transform =>
  (dataset, r) => {
    const stream = r.fork('salt');
    const pick = (v: number): number => {
      const u = stream.next();
      return u < share ? 0 : u < 2 * share ? 1 : v;
    };
    return { ...dataset, x: dataset.x.map(pick) };
  };

/** Thicker strokes: the maximum over a cross of pixels. */
export const dilated: Transform = (dataset) => neighbourhood(dataset, Math.max);
export const eroded: Transform = (dataset) => neighbourhood(dataset, Math.min);

function neighbourhood(dataset: Dataset, f: (...values: number[]) => number): Dataset {
  const [, H, W] = dataset.shape as [number, number, number];
  const x = dataset.x.map((v, i) => {
    const [row, column] = [Math.floor(i / W) % H, i % W];
    const around = [v];
    if (row > 0) around.push(dataset.x[i - W]!);
    if (row < H - 1) around.push(dataset.x[i + W]!);
    if (column > 0) around.push(dataset.x[i - 1]!);
    if (column < W - 1) around.push(dataset.x[i + 1]!);
    return f(...around);
  });
  return { ...dataset, x };
}

export const blurred = (times: number): Transform => {
  const once: Transform = (dataset) => {
    const [, H, W] = dataset.shape as [number, number, number];
    const x = dataset.x.map((v, i) => {
      const [row, column] = [Math.floor(i / W) % H, i % W];
      const at = (dy: number, dx: number): number => {
        const [y, z] = [row + dy, column + dx];
        return y < 0 || z < 0 || y >= H || z >= W ? 0 : dataset.x[i + dy * W + dx]!;
      };
      return (4 * v + at(1, 0) + at(-1, 0) + at(0, 1) + at(0, -1)) / 8;
    });
    return { ...dataset, x };
  };
  return (dataset, r) => Array.from({ length: times }).reduce<Dataset>((d) => once(d, r), dataset);
};

export const chain =
  (...steps: Transform[]): Transform =>
  (dataset, r) =>
    steps.reduce((d, step, i) => step(d, r.fork(i)), dataset);

export const stream = (name: string, seed: number): Random => random('zoo', name, seed);
