import { tensor } from '@tensorflow/tfjs-core';
import { applyInput, checkLabels, loadDataset } from '../shared/data/index.js';
import { startEngine, type Engine, type EngineOptions } from '../shared/engine/index.js';
import { FedshotError } from '../shared/errors.js';
import { disposeEmbedding, embed } from '../shared/model/embed.js';
import { readModel } from '../shared/model/folder.js';
import { Hypothesis } from '../shared/model/hypothesis.js';
import { agreement, confusionMatrix, predicted } from '../shared/model/score.js';

export interface CheckOptions {
  /** Folder that `train` wrote. */
  model: string;
  /** Labelled data that the model was not trained on, in the notation of docs/data.md. */
  data: string;
  engine?: EngineOptions;
}

export interface CheckResult {
  model: string;
  engine: Pick<Engine, 'name' | 'device' | 'version'>;
  samples: number;
  /** Share of the samples that are right, 0..1. */
  accuracy: number;
  /** What `train` measured on its own held-out data and wrote into the model. */
  declaredAccuracy?: number;
  /** Per class, in label order; no accuracy for a class of which there is no sample. */
  classes: { name: string; samples: number; accuracy?: number }[];
  /** Rows are true classes, columns predicted ones. */
  confusion: number[][];
}

/**
 * Scores a model on labelled data, where the data is, before anything of it is published. The files
 * are read as a site reads them: strictly, and with the input contract that they carry.
 *
 * @throws FedshotError `not-found`, `format`, `model` for the folder; `data` for data that has no
 *   labels, labels outside the classes, or samples that do not fit
 */
export async function checkModel(options: CheckOptions): Promise<CheckResult> {
  const { config, state } = readModel(options.model);
  const dataset = checkLabels(await loadDataset(options.data), config.classes);
  const { labels, count } = dataset;
  if (!labels)
    throw new FedshotError('data', `${dataset.source}: has no labels`, {
      hint: 'a model is checked on labelled data: idx:IMAGES,LABELS or csv:FILE#label=COLUMN',
    });
  const { ops, name, device, version } = await startEngine(options.engine);
  const hypothesis = new Hypothesis(config.architecture, ops, state);
  const x = tensor(applyInput(dataset, config.input), [count, ...config.input.shape]);
  const embedding = embed(hypothesis, x);
  const guesses = await predicted(embedding.probabilities);
  disposeEmbedding(embedding);
  hypothesis.dispose();
  x.dispose();
  const confusion = confusionMatrix(labels, guesses, config.classes.length);
  return {
    model: options.model,
    engine: { name, device, version },
    samples: count,
    accuracy: agreement(guesses, labels),
    declaredAccuracy: config.heldOutAccuracy,
    classes: config.classes.map((className, k) => {
      const samples = confusion[k]!.reduce((a, b) => a + b, 0);
      const accuracy = samples > 0 ? confusion[k]![k]! / samples : undefined;
      return { name: className, samples, accuracy };
    }),
    confusion,
  };
}
