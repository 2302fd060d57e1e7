import { concat, dispose, tidy, type Tensor2D } from '@tensorflow/tfjs-core';
import { FedshotError } from '../errors.js';
import type { Hypothesis } from './hypothesis.js';
import type { Samples } from './samples.js';

/** What a model says of every sample: `features [N, bottleneck]`, `probabilities [N, K]`. */
export interface Embedding {
  features: Tensor2D;
  probabilities: Tensor2D;
}

/**
 * One evaluation pass over samples. Accuracy, pseudo-labels and predictions are all read from its
 * result, so that no pass is made twice.
 *
 * @returns tensors that the caller disposes
 * @throws FedshotError `data` where a picture cannot be read; see {@link embedReadable}
 */
export async function embed(hypothesis: Hypothesis, samples: Samples): Promise<Embedding> {
  const { embedding, kept } = await embedReadable(hypothesis, samples);
  if (kept.length === samples.count) return embedding;
  disposeEmbedding(embedding);
  throw new FedshotError('data', 'a picture that was read before can no longer be read', {
    hint: 'see that nobody changes the pictures meanwhile, and run it again',
  });
}

/**
 * As {@link embed}, of the samples that can be read.
 * @returns with the numbers of these samples
 */
export async function embedReadable(
  hypothesis: Hypothesis,
  samples: Samples,
): Promise<{ embedding: Embedding; kept: Int32Array }> {
  const [features, probabilities]: [Tensor2D[], Tensor2D[]] = [[], []];
  const kept: number[] = [];
  try {
    for await (const look of samples.look()) {
      try {
        const [f, p] = tidy(() => {
          const output = hypothesis.eval(look.x);
          return [output.features, hypothesis.ops.softmax(output.logits)];
        });
        features.push(f);
        probabilities.push(p);
        kept.push(...look.kept);
      } finally {
        look.x.dispose();
      }
    }
    if (kept.length === 0) throw new FedshotError('data', 'none of the samples can be read');
    const embedding = { features: concat(features), probabilities: concat(probabilities) };
    return { embedding, kept: Int32Array.from(kept) };
  } finally {
    dispose([...features, ...probabilities]);
  }
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
