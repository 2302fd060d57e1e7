import type { Ops } from '../../shared/engine/ops.js';
import { disposeEmbedding, embed, type Embedding } from '../../shared/model/embed.js';
import type { Model } from '../../shared/model/folder.js';
import type { Hypothesis } from '../../shared/model/hypothesis.js';
import type { Samples } from '../../shared/model/samples.js';
import { argMaxRows } from '../diagnostics/linear.js';
import { streamed } from './stream.js';

/** What a model answers: probabilities `N × K`, and the class of each sample. */
export interface Answers {
  p: Float32Array;
  labels: Int32Array;
}

/**
 * Reads answers from a model's outputs.
 * @param stream whether the samples are a stream, answered one after the other (T3A)
 */
export async function answersOf(
  embedding: Embedding,
  stream: boolean,
  model: Model,
  ops: Ops,
): Promise<Answers> {
  const p = stream
    ? await streamed(embedding, model, ops)
    : Float32Array.from(await embedding.probabilities.data());
  return { p, labels: argMaxRows(p, embedding.probabilities.shape[1]) };
}

/** The answers for what is scored: `test` where there is any, else what `current` has seen. */
export async function scoredAnswers(
  hypothesis: Hypothesis,
  test: Samples | undefined,
  current: Embedding,
  stream: boolean,
  model: Model,
): Promise<Answers> {
  const { ops } = hypothesis;
  if (!test) return answersOf(current, stream, model, ops);
  const embedding = await embed(hypothesis, test);
  const answers = await answersOf(embedding, stream, model, ops);
  disposeEmbedding(embedding);
  return answers;
}
