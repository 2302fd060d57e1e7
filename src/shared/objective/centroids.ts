import {
  add,
  argMax,
  concat,
  div,
  euclideanNorm,
  gather,
  getBackend,
  getKernel,
  matMul,
  mul,
  rsqrt,
  slice,
  square,
  squeeze,
  sub,
  sum,
  tensor1d,
  tensor2d,
  tidy,
  topk,
  unsortedSegmentSum,
  zeros,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { oneHotFloat } from './one-hot.js';

/** Samples up to which one pass handles all of them. */
const WHOLE = 16_384;
/** Rows handled at once beyond that: their similarities stay in the cache, and memory is bounded. */
const CHUNK = 2048;

/** The parts of `N` rows that are handled at once, `[start, count]`. */
function* parts(N: number): Generator<[at: number, n: number]> {
  const most = N <= WHOLE ? WHOLE : CHUNK;
  for (let at = 0; at < N; at += most) yield [at, Math.min(most, N - at)];
}

/** Unit centroids, `[K, D+1]`: the last column is that of the appended one. */
export type Centroids = Tensor2D;

/** What an assignment finds. */
export interface Nearest {
  labels: Int32Array;
  /** By how much the cosine to the nearest centroid exceeds that to the second nearest, N. */
  margins: Float32Array;
  /** Sums of the unit features of each class, `[K, D+1]`. */
  sums: Tensor2D;
}

/** Rows `at … at+n` times their inverse norms: `[n, D]` features, and `[n, 1]` appended ones. */
function unitRows(
  features: Tensor2D,
  norms: Tensor2D,
  at: number,
  n: number,
): [features: Tensor2D, ones: Tensor2D] {
  const ones = slice(norms, [at, 0], [n, 1]);
  return [mul<Tensor2D>(slice(features, [at, 0], [n, features.shape[1]]), ones), ones];
}

/** What a first look at all samples gives. */
export interface First {
  /** 1 / ‖[f, 1]‖ of each row, `[N, 1]`. */
  norms: Tensor2D;
  /** Σ_i p_ik f_i over unit features, `[K, D+1]`. */
  sums: Tensor2D;
  /** arg max_k p_ik. */
  predicted: Int32Array;
}

/** Soft sums of the unit features, and the model's own predictions. */
export async function softSums(features: Tensor2D, p: Tensor2D): Promise<First> {
  const [N, K] = p.shape;
  const D = features.shape[1];
  const predicted = new Int32Array(N);
  const lengths = new Float32Array(N);
  let sums: Tensor2D = zeros([K, D + 1]);
  for (const [at, n] of parts(N)) {
    const before = sums;
    const [total, own, norms] = tidy((): Tensor[] => {
      const weights = slice(p, [at, 0], [n, K]);
      const f = slice(features, [at, 0], [n, D]);
      const inverse = rsqrt(add<Tensor2D>(sum<Tensor2D>(square(f), 1, true), 1));
      const unit = [mul<Tensor2D>(f, inverse), inverse];
      const soft = unit.map((part) => matMul<Tensor2D>(weights, part, true));
      return [add<Tensor2D>(before, concat(soft, 1)), argMax<Tensor1D>(weights, 1), inverse];
    }) as [Tensor2D, Tensor1D, Tensor2D];
    before.dispose();
    sums = total;
    predicted.set(await own.data(), at);
    lengths.set(await norms.data(), at);
    own.dispose();
    norms.dispose();
  }
  return { norms: tensor2d(lengths, [N, 1]), sums, predicted };
}

/** Rows scaled to unit length; their length does not matter to a cosine. */
export const unitCentroids = (sums: Tensor2D): Centroids =>
  div(sums, add(euclideanNorm(sums, 1, true), 1e-12));

/** Sums of the rows of each class, `[K, D]`. */
function sumsByClass(rows: Tensor2D, labels: Tensor1D, K: number): Tensor2D {
  return getKernel('UnsortedSegmentSum', getBackend())
    ? unsortedSegmentSum(rows, labels, K)
    : matMul(oneHotFloat(labels, K), rows, true);
}

/**
 * How far each centroid has moved, as a bound on the change of any unit vector's cosine to it
 * (Cauchy and Schwarz); infinite where a class has come in.
 */
export async function moved(
  from: Centroids,
  to: Centroids,
  was: Float32Array,
  is: Float32Array,
): Promise<Float32Array> {
  const distance = tidy(() => euclideanNorm(sub(from, to), 1));
  const shift = Float32Array.from(await distance.data());
  distance.dispose();
  return shift.map((d, k) => (was[k] === 0 || is[k] !== 0 ? d : Infinity));
}

interface Assignment {
  centroids: Centroids;
  /** 0 for classes that take part, −∞ for the others. */
  present: Float32Array;
  /** What is known from centroids that lay no further than `shift` away. */
  known?: Nearest & { shift: Float32Array };
  /** False leaves the sums at zero: nobody asks for them any more. */
  summed?: boolean;
}

/** Slack for rounding in float32. */
const ROUNDING = 1e-5;

/** Class of the most similar centroid among those present, for each row. */
export async function assign(
  features: Tensor2D,
  norms: Tensor2D,
  { centroids, present, known, summed = true }: Assignment,
): Promise<Nearest> {
  const [N, D] = features.shape;
  const K = centroids.shape[0];
  const labels = known ? known.labels.slice() : new Int32Array(N);
  const margins = known ? known.margins.slice() : new Float32Array(N);
  let sums: Tensor2D = zeros([K, D + 1]);
  const matrix = slice(centroids, [0, 0], [K, D]);
  const offset = tidy(() =>
    add<Tensor1D>(squeeze<Tensor1D>(slice(centroids, [0, D], [K, 1]), [1]), tensor1d(present)),
  );
  const two = Math.min(2, K);
  for (const [at, n] of parts(N)) {
    const open = known ? undecided(known, present, at, n) : undefined;
    if (open?.length !== 0) {
      const [value, index] = tidy(() => {
        const rows = open && tensor1d(open, 'int32');
        const own = slice(features, [at, 0], [n, D]);
        const f = rows ? gather(own, rows) : own;
        const inverse = slice(norms, [at, 0], [n, 1]);
        const scale = rows ? gather(inverse, rows) : inverse;
        const { values, indices } = topk(add(matMul(f, matrix, false, true), offset), two);
        return [mul(values, scale), indices];
      }) as [Tensor2D, Tensor2D];
      const [v, k] = await Promise.all([value.data(), index.data()]);
      value.dispose();
      index.dispose();
      for (let i = 0; i < k.length / two; i++) {
        const sample = at + (open ? open[i]! : i);
        labels[sample] = k[i * two]!;
        margins[sample] = two > 1 ? v[i * two]! - v[i * two + 1]! : Infinity;
      }
    }
    if (!summed) continue;
    const before = sums;
    sums = tidy(() => {
      const own = tensor1d(labels.subarray(at, at + n), 'int32');
      const parts = unitRows(features, norms, at, n).map((part) => sumsByClass(part, own, K));
      return add<Tensor2D>(before, concat(parts, 1));
    });
    before.dispose();
  }
  matrix.dispose();
  offset.dispose();
  return { labels, margins, sums };
}

/** Samples of a chunk, by their place in it, that the centroids' movement could have renamed. */
function undecided(
  { labels, margins, shift }: Nearest & { shift: Float32Array },
  present: Float32Array,
  at: number,
  n: number,
): Int32Array {
  const most = shift.reduce((a, d, k) => (present[k] === 0 ? Math.max(a, d) : a), 0);
  const open: number[] = [];
  for (let i = 0; i < n; i++) {
    const k = labels[at + i]!;
    if (present[k] !== 0 || !(margins[at + i]! > most + shift[k]! + ROUNDING)) open.push(i);
  }
  return Int32Array.from(open);
}
