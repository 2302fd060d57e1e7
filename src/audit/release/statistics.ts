/** What the lowest bits of trained weights look like: nothing. */

/** Below this many elements there is nothing to tell. */
export const ENOUGH = 1024;

export interface LowBits {
  readonly elements: number;
  /** Shannon entropy of the lowest byte of the mantissa, bits; 8 for one that says nothing. */
  readonly entropy: number;
  /** χ² of that byte against the uniform distribution, 255 degrees of freedom. */
  readonly chiSquare: number;
  /** Correlation of that byte with the next element's. */
  readonly correlation: number;
  /** Share of elements that differ from all others. */
  readonly distinct: number;
}

/**
 * Statistics of float32 values, zeros left out: a tensor may begin with them.
 *
 * @param data whole little-endian elements
 */
export function lowBits(data: Uint8Array): LowBits {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const counts = new Float64Array(256);
  const values = new Set<number>();
  const low: number[] = [];
  for (let at = 0; at + 4 <= data.length; at += 4) {
    const bits = view.getUint32(at, true);
    if ((bits & 0x7fffffff) === 0) continue;
    counts[bits & 0xff]!++;
    values.add(bits);
    low.push(bits & 0xff);
  }
  const n = low.length;
  let [entropy, chiSquare] = [0, 0];
  for (const count of counts) {
    if (count > 0) entropy -= (count / n) * Math.log2(count / n);
    chiSquare += (count - n / 256) ** 2 / (n / 256);
  }
  return {
    elements: n,
    entropy: n === 0 ? 0 : entropy,
    chiSquare: n === 0 ? 0 : chiSquare,
    correlation: serialCorrelation(low),
    distinct: n === 0 ? 1 : values.size / n,
  };
}

function serialCorrelation(x: readonly number[]): number {
  const n = x.length - 1;
  if (n < 2) return 0;
  const mean = x.reduce((a, b) => a + b, 0) / x.length;
  let [covariance, variance] = [0, 0];
  for (let i = 0; i < n; i++) {
    covariance += (x[i]! - mean) * (x[i + 1]! - mean);
    variance += (x[i]! - mean) ** 2;
  }
  return variance === 0 ? 1 : covariance / variance;
}

/** z-scores beyond this happen once in 10⁹ tensors (two-sided normal: 6.1). */
const FAR = 6.5;
/** χ² with k degrees of freedom has mean k and standard deviation √(2k). */
const DEGREES = 255;
/** float32 has 2²³ mantissas per octave: some equal values are chance, a palette is not. */
const LEAST_DISTINCT = 0.5;

/** Why the values are not what training leaves behind; empty for values that are. */
export function suspicions(stats: LowBits): string[] {
  if (stats.elements < ENOUGH) return [];
  const chi = (stats.chiSquare - DEGREES) / Math.sqrt(2 * DEGREES);
  const serial = stats.correlation * Math.sqrt(stats.elements);
  return [
    ...(stats.distinct < LEAST_DISTINCT
      ? [`only ${(100 * stats.distinct).toFixed(1)} % of the values differ, as in an image`]
      : []),
    ...(chi > FAR
      ? [
          `the lowest byte is not even: entropy ${stats.entropy.toFixed(3)} of 8 bits, ${chi.toFixed(0)} σ off`,
        ]
      : []),
    ...(Math.abs(serial) > FAR
      ? [`the lowest bytes of neighbours go together: ${serial.toFixed(0)} σ off`]
      : []),
  ];
}

/** Of so many values a few may be so: the variance of a unit that is always off decays to nothing. */
const mostOdd = (elements: number): number => 8 + elements / 64;

/**
 * Values that training hardly leaves, and that no other statistic sees since they are next to zero:
 * zeros with a sign, and denormal numbers.
 *
 * @param data whole little-endian float32
 */
export function oddZeros(data: Uint8Array): string | undefined {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let odd = 0;
  for (let at = 0; at + 4 <= data.length; at += 4) {
    const bits = view.getUint32(at, true);
    if ((bits & 0x7f800000) === 0 && bits !== 0) odd++;
  }
  const elements = Math.floor(data.length / 4);
  return odd > mostOdd(elements)
    ? `${odd} of ${elements} values are zeros with a sign or denormal numbers`
    : undefined;
}
