/** Small dense helpers over row-major arrays. */

/** Index of the largest value of each row of `N × K`. */
export function argMaxRows(p: Float32Array, K: number): Int32Array {
  return Int32Array.from({ length: p.length / K }, (_, i) => {
    let best = 0;
    for (let k = 1; k < K; k++) if (p[i * K + k]! > p[i * K + best]!) best = k;
    return best;
  });
}

export function countsOf(labels: Int32Array, K: number): Float64Array {
  const counts = new Float64Array(K);
  for (const k of labels) counts[k]!++;
  return counts;
}

/** exp(H) of a distribution, given up to a factor: the effective number of classes. */
export function effectiveNumber(weights: ArrayLike<number>): number {
  const values = Array.from(weights);
  const total = values.reduce((a, b) => a + b, 0) || 1;
  return Math.exp(values.reduce((h, w) => h - (w > 0 ? (w / total) * Math.log(w / total) : 0), 0));
}

/** Cohen's κ: agreement beyond what the two marginals give by chance. 1 where both are constant and equal. */
export function kappa(a: Int32Array, b: Int32Array, K: number): number {
  const n = a.length;
  const [ca, cb] = [countsOf(a, K), countsOf(b, K)];
  const chance = ca.reduce((s, c, k) => s + (c / n) * (cb[k]! / n), 0);
  const same = a.filter((k, i) => k === b[i]).length / n;
  return chance < 1 ? (same - chance) / (1 - chance) : 1;
}

/** Means of the rows of each class, `K × D`; NaN for a class without rows. */
export function classMeans(
  features: Float32Array,
  labels: Int32Array,
  K: number,
): { mean: Float64Array; counts: Float64Array } {
  const D = features.length / labels.length;
  const counts = countsOf(labels, K);
  const mean = new Float64Array(K * D);
  labels.forEach((k, i) => {
    for (let d = 0; d < D; d++) mean[k * D + d]! += features[i * D + d]! / counts[k]!;
  });
  return { mean, counts };
}

/** tr(C)² / tr(C²) of the features' covariance: how many directions they use (participation ratio). */
export function effectiveRank(features: Float32Array, D: number): number {
  const N = Math.min(features.length / D, 512);
  const mean = new Float64Array(D);
  for (let i = 0; i < N; i++) for (let d = 0; d < D; d++) mean[d]! += features[i * D + d]! / N;
  // tr(C²) = Σ_ij (x_i·x_j)² / N², by the Gram matrix, since N is small
  const x = Array.from({ length: N }, (_, i) =>
    Float64Array.from({ length: D }, (_v, d) => features[i * D + d]! - mean[d]!),
  );
  let [trace, squares] = [0, 0];
  for (let i = 0; i < N; i++)
    for (let j = i; j < N; j++) {
      const [a, b] = [x[i]!, x[j]!];
      let dot = 0;
      for (let d = 0; d < D; d++) dot += a[d]! * b[d]!;
      if (i === j) trace += dot;
      squares += (i === j ? 1 : 2) * dot * dot;
    }
  return squares > 0 ? (trace * trace) / squares : 0;
}

/**
 * The assignment of rows to columns with the largest total (Kuhn 1955, in Jonker and Volgenant's
 * shortest-path form).
 * @param gain `K × K`, finite
 * @returns column of each row
 */
export function bestAssignment(gain: number[][]): Int32Array {
  const K = gain.length;
  const [u, v] = [new Float64Array(K + 1), new Float64Array(K + 1)];
  const row = new Int32Array(K + 1).fill(0);
  const way = new Int32Array(K + 1);
  for (let i = 1; i <= K; i++) {
    row[0] = i;
    let j0 = 0;
    const least = new Float64Array(K + 1).fill(Infinity);
    const used = new Uint8Array(K + 1);
    do {
      used[j0] = 1;
      const i0 = row[j0]!;
      let [delta, j1] = [Infinity, 0];
      for (let j = 1; j <= K; j++) {
        if (used[j]) continue;
        const cost = -gain[i0 - 1]![j - 1]! - u[i0]! - v[j]!;
        if (cost < least[j]!) {
          least[j] = cost;
          way[j] = j0;
        }
        if (least[j]! < delta) [delta, j1] = [least[j]!, j];
      }
      for (let j = 0; j <= K; j++)
        if (used[j]) {
          u[row[j]!]! += delta;
          v[j]! -= delta;
        } else least[j]! -= delta;
      j0 = j1;
    } while (row[j0] !== 0);
    for (; j0 !== 0; j0 = way[j0]!) row[j0] = row[way[j0]!]!;
  }
  const result = new Int32Array(K);
  for (let j = 1; j <= K; j++) result[row[j]! - 1] = j - 1;
  return result;
}
