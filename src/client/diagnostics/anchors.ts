import { bestAssignment, classMeans, countsOf } from './linear.js';

/** What the release says of its classes in feature space; null where it says nothing. */
export interface ClassFigures {
  mean: (readonly number[] | null)[];
  variance: (readonly number[] | null)[];
}

export interface Naming {
  /** Share of samples in clusters that are nearest to the released class of the same name. */
  own: number;
  /** Share of samples in clusters that keep their name when clusters and classes are matched at best. */
  matched: number;
  /** Share of released classes that a nearest-mean classifier made from the clusters gets right. */
  reverse: number;
  /** Classes that the matching would give another name. */
  renamed: number[];
}

/**
 * Holds clusters of the target against the released classes, *in the released model's own feature
 * space*: adaptation makes clusters clean and confident even under wrong names, but it cannot
 * change the released features of the same samples.
 *
 * Both sides are centred and scaled by the pooled deviation within classes, since a shift of domain
 * moves all classes together.
 *
 * @param features released features of the samples, `N × D`
 * @param labels the names that adaptation gives them
 */
export function naming(
  features: Float32Array,
  labels: Int32Array,
  released: ClassFigures,
): Naming | undefined {
  const K = released.mean.length;
  const D = features.length / labels.length;
  const { mean, counts } = classMeans(features, labels, K);
  const known = released.mean.flatMap((m, k) => (m && counts[k]! >= 2 ? [k] : []));
  if (known.length < 2) return undefined;
  const spread = Float64Array.from({ length: D }, (_, d) => {
    const v = known.reduce((s, k) => s + released.variance[k]![d]!, 0) / known.length;
    return 1 / Math.sqrt(v + 1e-6);
  });
  const target = centred(
    known.map((k) => mean.subarray(k * D, (k + 1) * D)),
    spread,
  );
  const source = centred(
    known.map((k) => released.mean[k]!),
    spread,
  );
  const similarity = target.map((t) => source.map((s) => cosine(t, s)));
  const best = (row: number[]): number => row.indexOf(Math.max(...row));
  const assignment = bestAssignment(similarity);
  const sizes = known.map((k) => counts[k]!);
  const total = sizes.reduce((a, b) => a + b, 0);
  const share = (keep: (i: number) => boolean): number =>
    sizes.reduce((s, n, i) => s + (keep(i) ? n : 0), 0) / total;
  const columns = known.map((_, j) => similarity.map((row) => row[j]!));
  return {
    own: share((i) => best(similarity[i]!) === i),
    matched: share((i) => assignment[i] === i),
    reverse: columns.filter((column, j) => best(column) === j).length / known.length,
    renamed: known.filter((_, i) => assignment[i] !== i),
  };
}

function centred(rows: ArrayLike<number>[], scale: Float64Array): Float64Array[] {
  const D = scale.length;
  const middle = Float64Array.from(
    { length: D },
    (_, d) => rows.reduce((s, row) => s + row[d]!, 0) / rows.length,
  );
  return rows.map((row) =>
    Float64Array.from({ length: D }, (_, d) => (row[d]! - middle[d]!) * scale[d]!),
  );
}

function cosine(a: Float64Array, b: Float64Array): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let d = 0; d < a.length; d++) {
    ab += a[d]! * b[d]!;
    aa += a[d]! * a[d]!;
    bb += b[d]! * b[d]!;
  }
  return ab / Math.sqrt(aa * bb + 1e-12);
}

/**
 * Predictions with every class given its share: each class's log-probabilities are raised or lowered
 * until the classes are as frequent as `prior` says (Sinkhorn's iterations on the assignment of
 * samples to classes). What a covariate shift does to all samples alike falls out.
 *
 * @param p probabilities, `N × K`
 */
export function balanced(p: Float32Array, prior: ArrayLike<number>, rounds = 50): Float32Array {
  const K = prior.length;
  const N = p.length / K;
  const q = Float32Array.from(p, (v) => Math.sqrt(v) + 1e-9); // flattened: T = 2
  for (let round = 0; round < rounds; round++) {
    const sums = new Float64Array(K);
    for (let i = 0; i < N; i++) for (let k = 0; k < K; k++) sums[k]! += q[i * K + k]!;
    for (let i = 0; i < N; i++) {
      let total = 0;
      for (let k = 0; k < K; k++) total += q[i * K + k]! *= (prior[k]! * N) / (sums[k]! || 1);
      for (let k = 0; k < K; k++) q[i * K + k]! /= total || 1;
    }
  }
  return q;
}

/** Share of samples that two labellings put together or apart alike, corrected for chance (Hubert and Arabie 1985). */
export function adjustedRand(a: Int32Array, b: Int32Array, K: number): number {
  const pairs = (n: number): number => (n * (n - 1)) / 2;
  const joint = new Float64Array(K * K);
  a.forEach((k, i) => joint[k * K + b[i]!]!++);
  const sum = (values: Float64Array): number => values.reduce((s, n) => s + pairs(n), 0);
  const [both, ofA, ofB] = [sum(joint), sum(countsOf(a, K)), sum(countsOf(b, K))];
  const expected = (ofA * ofB) / (pairs(a.length) || 1);
  const most = (ofA + ofB) / 2;
  return most === expected ? 1 : (both - expected) / (most - expected);
}
