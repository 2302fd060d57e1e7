import { tensor } from '@tensorflow/tfjs-core';
import { applyInput, loadDataset } from '../shared/data/index.js';
import { startEngine, type EngineOptions } from '../shared/engine/index.js';
import { disposeEmbedding, embed } from '../shared/model/embed.js';
import type { Model } from '../shared/model/folder.js';
import { Hypothesis } from '../shared/model/hypothesis.js';

export interface Prediction {
  /** Number of the sample in its file, from 0. */
  index: number;
  /** Name of the most probable class. */
  class: string;
  /** Probability per class, in the order of the class names. */
  probabilities: number[];
}

export interface Predictions {
  classes: string[];
  predictions: Prediction[];
}

/**
 * Predicts every sample of `data`; labels, if there are any, are not read.
 * @throws FedshotError `data` where the samples do not fit the model's input contract
 */
export async function predict(
  { config, state }: Model,
  data: string,
  engineOptions?: EngineOptions,
): Promise<Predictions> {
  const dataset = await loadDataset(data);
  const host = applyInput(dataset, config.input);
  const { ops } = await startEngine(engineOptions);
  const hypothesis = new Hypothesis(config.architecture, ops, state);
  const x = tensor(host, [dataset.count, ...config.input.shape]);
  const embedding = embed(hypothesis, x);
  const p = await embedding.probabilities.data();
  disposeEmbedding(embedding);
  hypothesis.dispose();
  x.dispose();
  const { classes } = config;
  const K = classes.length;
  const predictions = Array.from({ length: dataset.count }, (_, index) => {
    const probabilities = [...p.subarray(index * K, (index + 1) * K)];
    const best = probabilities.indexOf(Math.max(...probabilities));
    return { index, class: classes[best]!, probabilities };
  });
  return { classes, predictions };
}
