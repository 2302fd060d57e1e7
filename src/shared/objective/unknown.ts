/** How the samples of an open set fall into two clusters by the entropy of their predictions. */
export interface EntropySplit {
  /** H(p)/log K half-way between the two centres; samples above it are the uncertain ones. */
  cut: number;
  /**
   * Share of the entropies' variance that lies between the clusters (Otsu 1979, η, the measure of
   * separability): 2/π where a normal distribution is split, 3/4 where a uniform one is.
   */
  separability: number;
}

/**
 * Two clusters stand apart from this on. 2-means splits whatever it is given; that a uniform
 * distribution comes to 0.75 is why nothing near it may count. Where no class was unknown, runs on
 * digits came to 0.70 to 0.78 (docs/benchmarks.md, open sets).
 */
export const SEPARATE = 0.8;

/** H(p)/log K of each row of `N × K` probabilities. */
function entropies(probabilities: Float32Array, K: number): Float64Array {
  return Float64Array.from({ length: probabilities.length / K }, (_, i) => {
    const p = probabilities.subarray(i * K, (i + 1) * K);
    return p.reduce((h, q) => h - q * Math.log(q + 1e-5), 0) / Math.log(K);
  });
}

/**
 * 2-means on the normalised entropy (Liang et al. 2020, section 4.4, open-set).
 * @param probabilities `N × K`
 * @returns undefined where the entropies do not differ
 */
export function entropySplit(probabilities: Float32Array, K: number): EntropySplit | undefined {
  const entropy = entropies(probabilities, K);
  let [low, high] = bounds(entropy);
  if (!(high - low > 1e-6)) return undefined;
  for (let round = 0; round < 100; round++) {
    const cut = (low + high) / 2;
    const [nextLow, nextHigh] = [mean(entropy, (h) => h <= cut), mean(entropy, (h) => h > cut)];
    if (nextLow === low && nextHigh === high) break;
    [low, high] = [nextLow, nextHigh];
  }
  const cut = (low + high) / 2;
  const above = mean(
    entropy.map((h) => Number(h > cut)),
    () => true,
  );
  const middle = mean(entropy, () => true);
  const variance = mean(
    entropy.map((h) => (h - middle) ** 2),
    () => true,
  );
  return { cut, separability: (above * (1 - above) * (high - low) ** 2) / variance };
}

/** Whether the uncertain samples are so far from the others that they may be called unknown. */
export const standsApart = (split: EntropySplit | undefined): split is EntropySplit =>
  split !== undefined && split.separability >= SEPARATE;

/**
 * @param probabilities `N × K`
 * @param cut as of {@link EntropySplit}; without one no sample is above
 * @returns 1 for samples of a higher entropy
 */
export function aboveCut(
  probabilities: Float32Array,
  K: number,
  cut: number = Infinity,
): Uint8Array {
  return Uint8Array.from(entropies(probabilities, K), (h) => Number(h > cut));
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
