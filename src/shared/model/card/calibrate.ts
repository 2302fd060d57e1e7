/** Row-wise p^(1/T) / Σ p^(1/T): probabilities at temperature T (Guo et al. 2017, eq. 9). */
export function tempered(p: Float32Array, K: number, T: number): Float32Array {
  const result = new Float32Array(p.length);
  for (let at = 0; at < p.length; at += K) {
    let [most, total] = [-Infinity, 0];
    for (let k = 0; k < K; k++) {
      const z = Math.log(p[at + k]! + 1e-30) / T;
      result[at + k] = z;
      most = Math.max(most, z);
    }
    for (let k = 0; k < K; k++) {
      const e = Math.exp(result[at + k]! - most);
      result[at + k] = e;
      total += e;
    }
    for (let k = 0; k < K; k++) result[at + k]! /= total;
  }
  return result;
}

/** Largest probability of each row. */
export function confidences(p: Float32Array, K: number): Float32Array {
  return Float32Array.from({ length: p.length / K }, (_, i) =>
    p.subarray(i * K, (i + 1) * K).reduce((a, b) => Math.max(a, b)),
  );
}

const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * The temperature with the smallest negative log-likelihood, between 1/8 and 8, by golden-section
 * search over log T (the likelihood has one optimum there).
 */
export function fitTemperature(p: Float32Array, labels: Int32Array, K: number): number {
  const loss = (logT: number): number => {
    const q = tempered(p, K, Math.exp(logT));
    return labels.reduce((total, k, i) => total - Math.log(q[i * K + k]! + 1e-12), 0);
  };
  let [low, high] = [-Math.log(8), Math.log(8)];
  let [a, b] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
  let [fa, fb] = [loss(a), loss(b)];
  for (let round = 0; round < 30; round++) {
    if (fa < fb) {
      [high, b, fb] = [b, a, fa];
      a = high - GOLDEN * (high - low);
      fa = loss(a);
    } else {
      [low, a, fa] = [a, b, fb];
      b = low + GOLDEN * (high - low);
      fb = loss(b);
    }
  }
  return Math.exp((low + high) / 2);
}

/**
 * The confidence t for which the share of samples below t equals the share of wrong answers (Garg
 * et al. 2022, eq. 1).
 */
export function atcThreshold(confidence: Float32Array, accuracy: number): number {
  const sorted = Float32Array.from(confidence).sort();
  const wrong = Math.round((1 - accuracy) * sorted.length);
  return sorted[Math.min(wrong, sorted.length - 1)]!;
}
