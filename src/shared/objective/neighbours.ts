import {
  div,
  euclideanNorm,
  gather,
  matMul,
  slice,
  tensor1d,
  tidy,
  topk,
  transpose,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import type { Random } from '../random.js';

/** The rows among which neighbours are looked for, at most: the search takes N·MOST products. */
const MOST = 16_384;
/** Similarities held at once. */
const CELLS = 16_000_000;

/**
 * The k nearest neighbours of every sample by cosine of the features, itself left out.
 *
 * @param features `[N, D]`
 * @param random draws the rows that are searched where there are more than 16,384
 * @returns sample numbers, `N × k`, nearest first; k is at most the number of other samples
 */
export async function nearestNeighbours(
  features: Tensor2D,
  k: number,
  random: Random,
): Promise<{ index: Int32Array; k: number }> {
  const [N, D] = features.shape;
  const rows = N > MOST ? random.permutation(N).subarray(0, MOST) : undefined;
  const searched = rows?.length ?? N;
  const most = Math.min(k, searched - 1);
  const unit = tidy(() => div<Tensor2D>(features, euclideanNorm(features, 1, true)));
  const columns = tidy(() =>
    transpose<Tensor2D>(rows ? gather(unit, tensor1d(rows, 'int32')) : unit),
  );
  const result = new Int32Array(N * most);
  const chunk = Math.max(1, Math.floor(CELLS / searched));
  for (let at = 0; at < N; at += chunk) {
    const n = Math.min(chunk, N - at);
    const near = tidy(() => topk(matMul(slice(unit, [at, 0], [n, D]), columns), most + 1).indices);
    const found = await near.data();
    near.dispose();
    for (let i = 0; i < n; i++) {
      let kept = 0;
      for (let j = 0; j <= most && kept < most; j++) {
        const column = found[i * (most + 1) + j]!;
        const sample = rows ? rows[column]! : column;
        if (sample !== at + i) result[(at + i) * most + kept++] = sample;
      }
    }
  }
  unit.dispose();
  columns.dispose();
  return { index: result, k: most };
}
