import { concat, dispose, slice, tidy, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import type { Hypothesis } from './hypothesis.js';

/** What a model says of every sample: `features [N, bottleneck]`, `probabilities [N, K]`. */
export interface Embedding {
  features: Tensor2D;
  probabilities: Tensor2D;
}

/** Samples per evaluation batch: large enough to keep the cores busy, small enough for any memory. */
const EVAL_BATCH = 512;

/**
 * One evaluation pass over all samples. Accuracy, pseudo-labels and predictions are all read from
 * its result, so that no pass is made twice.
 *
 * @param x `[N, …]`, normalised
 * @returns tensors that the caller disposes
 */
export function embed(hypothesis: Hypothesis, x: Tensor): Embedding {
  return tidy(() => {
    const features: Tensor2D[] = [];
    const probabilities: Tensor2D[] = [];
    for (let at = 0; at < x.shape[0]; at += EVAL_BATCH) {
      const count = Math.min(EVAL_BATCH, x.shape[0] - at);
      const [f, p] = tidy(() => {
        const batch = slice(x, [at], [count]);
        const output = hypothesis.eval(batch);
        return [output.features, hypothesis.ops.softmax(output.logits)];
      });
      features.push(f);
      probabilities.push(p);
    }
    return { features: concat(features), probabilities: concat(probabilities) };
  });
}

/** Frees an embedding. */
export function disposeEmbedding({ features, probabilities }: Embedding): void {
  dispose([features, probabilities]);
}

/** The same in host memory, row-major: features `N × D` after B, probabilities `N × K`. */
export interface Outputs {
  features: Float32Array;
  p: Float32Array;
}

/** Copies an embedding to host memory and frees it. */
export async function outputsOf(embedding: Embedding): Promise<Outputs> {
  const features = Float32Array.from(await embedding.features.data());
  const p = Float32Array.from(await embedding.probabilities.data());
  disposeEmbedding(embedding);
  return { features, p };
}
