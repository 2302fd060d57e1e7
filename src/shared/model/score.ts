import { argMax, tidy, type Tensor2D } from '@tensorflow/tfjs-core';

/** Index of the largest probability of each row, the first at a tie. `[N, K]` → N integers. */
export async function predicted(probabilities: Tensor2D): Promise<Int32Array> {
  const index = tidy(() => argMax(probabilities, 1));
  const data = Int32Array.from(await index.data());
  index.dispose();
  return data;
}

/** Share of positions in which two label vectors agree, 0..1. */
export function agreement(a: Int32Array, b: Int32Array): number {
  let same = 0;
  for (let i = 0; i < a.length; i++) if (a[i] === b[i]) same++;
  return same / a.length;
}

/** `K × K` counts: rows are true classes, columns predicted ones. */
export function confusionMatrix(
  labels: Int32Array,
  guesses: Int32Array,
  classes: number,
): number[][] {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < labels.length; i++) counts[labels[i]!]![guesses[i]!]!++;
  return counts;
}
