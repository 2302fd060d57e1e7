/**
 * Samples taken for an unknown class in an open set: 2-means on the entropy of the predictions over
 * log K, the cluster with the higher centre (Liang et al. 2020, section 4.4, open-set).
 *
 * @param probabilities `N × K`
 * @returns 1 for unknown; all 0 where the entropies do not differ
 */
export function unknownSamples(probabilities: Float32Array, K: number): Uint8Array {
  const N = probabilities.length / K;
  const entropy = Float64Array.from({ length: N }, (_, i) => {
    const p = probabilities.subarray(i * K, (i + 1) * K);
    return p.reduce((h, q) => h - q * Math.log(q + 1e-5), 0) / Math.log(K);
  });
  let [low, high] = [Math.min(...bounds(entropy)), Math.max(...bounds(entropy))];
  if (!(high - low > 1e-6)) return new Uint8Array(N);
  for (let round = 0; round < 100; round++) {
    const cut = (low + high) / 2;
    const [nextLow, nextHigh] = [mean(entropy, (h) => h <= cut), mean(entropy, (h) => h > cut)];
    if (nextLow === low && nextHigh === high) break;
    [low, high] = [nextLow, nextHigh];
  }
  return Uint8Array.from(entropy, (h) => Number(h > (low + high) / 2));
}

function bounds(values: Float64Array): [number, number] {
  return values.reduce<[number, number]>(
    ([a, b], v) => [Math.min(a, v), Math.max(b, v)],
    [Infinity, -Infinity],
  );
}

function mean(values: Float64Array, keep: (value: number) => boolean): number {
  let [total, n] = [0, 0];
  for (const value of values)
    if (keep(value)) {
      total += value;
      n++;
    }
  return total / n;
}
