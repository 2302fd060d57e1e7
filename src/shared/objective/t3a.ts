/** Supports that a class keeps, at most: those with the lowest entropy. */
const SUPPORTS = 100;

export interface T3aInput {
  /** Features after B, `N × D`, in the order of the stream. */
  features: Float32Array;
  /** Probabilities of the released classifier, `N × K`. */
  probabilities: Float32Array;
  /** Rows of C's weight matrix, `K × D`. */
  classifier: Float32Array;
  classes: number;
}

/**
 * Test-time classifier adjustment for a stream (Iwasawa and Matsuo, NeurIPS 2021, eq. 4–7): each
 * class has a set of supports, at first the direction of C's weight vector; a sample joins the
 * supports of the class it is taken for, of which those with the lowest entropy are kept, and is
 * then classified by the mean support of each class. C itself is not changed.
 *
 * @returns probabilities `N × K`; row i depends on samples 0..i alone
 */
export function t3aProbabilities({
  features,
  probabilities,
  classifier,
  classes: K,
}: T3aInput): Float32Array {
  const D = classifier.length / K;
  const N = features.length / D;
  const supports = Array.from({ length: K }, (_, k): Support[] => [
    { z: unit(classifier.subarray(k * D, (k + 1) * D)), entropy: 0 },
  ]);
  const sums = supports.map(([first]) => Float64Array.from(first!.z));
  const result = new Float32Array(N * K);
  for (let i = 0; i < N; i++) {
    const p = probabilities.subarray(i * K, (i + 1) * K);
    const feature = features.subarray(i * D, (i + 1) * D);
    const k = p.indexOf(Math.max(...p));
    const support = {
      z: unit(feature),
      entropy: p.reduce((h, q) => h - q * Math.log(q + 1e-12), 0),
    };
    insert(supports[k]!, sums[k]!, support);
    const logits = sums.map(
      (s, c) => s.reduce((dot, v, d) => dot + v * feature[d]!, 0) / supports[c]!.length,
    );
    result.set(softmax(logits), i * K);
  }
  return result;
}

interface Support {
  z: Float64Array;
  entropy: number;
}

/** Adds a support and lets the least certain one go where there are too many. */
function insert(supports: Support[], sum: Float64Array, added: Support): void {
  supports.push(added);
  added.z.forEach((v, d) => (sum[d]! += v));
  if (supports.length <= SUPPORTS) return;
  const worst = supports.reduce((at, s, i) => (s.entropy > supports[at]!.entropy ? i : at), 0);
  const [gone] = supports.splice(worst, 1);
  gone!.z.forEach((v, d) => (sum[d]! -= v));
}

function unit(v: Float32Array): Float64Array {
  const norm = Math.sqrt(v.reduce((s, x) => s + x * x, 0)) || 1;
  return Float64Array.from(v, (x) => x / norm);
}

function softmax(z: number[]): number[] {
  const most = Math.max(...z);
  const e = z.map((v) => Math.exp(v - most));
  const total = e.reduce((a, b) => a + b);
  return e.map((v) => v / total);
}
