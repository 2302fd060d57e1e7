import { tidy, type Rank, type Variable } from '@tensorflow/tfjs-core';
import type { Outlook } from '../diagnostics/index.js';
import type { Ops } from '../../shared/engine/ops.js';
import type { Embedding } from '../../shared/model/embed.js';
import type { Model } from '../../shared/model/folder.js';
import { Hypothesis } from '../../shared/model/hypothesis.js';
import { t3aProbabilities } from '../../shared/objective/t3a.js';

/** Probabilities for samples in their order as a stream, `N × K`, by T3A; see `objective/t3a.ts`. */
export async function streamed(
  embedding: Embedding,
  model: Model,
  ops: Ops,
): Promise<Float32Array> {
  const outlook = {
    features: (await embedding.features.data()) as Float32Array,
    p: (await embedding.probabilities.data()) as Float32Array,
  };
  return streamedFrom(outlook, model, ops);
}

/** As {@link streamed}, from what the model says of the samples. */
export async function streamedFrom(
  { features, p }: Outlook,
  { config, state }: Model,
  ops: Ops,
): Promise<Float32Array> {
  const hypothesis = new Hypothesis(config.architecture, ops, state);
  const weight = tidy(() =>
    ops.weightNorm(
      hypothesis.param('C.fc.weight_v') as Variable<Rank.R2>,
      hypothesis.param('C.fc.weight_g') as Variable<Rank.R2>,
    ),
  );
  const classifier = Float32Array.from(await weight.data());
  weight.dispose();
  hypothesis.dispose();
  return t3aProbabilities({
    features,
    probabilities: p,
    classifier,
    classes: config.classes.length,
  });
}
