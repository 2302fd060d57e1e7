import { startEngine, type Engine } from '../../shared/engine/index.js';
import { disposeEmbedding, embed, type Embedding } from '../../shared/model/embed.js';
import type { Model } from '../../shared/model/folder.js';
import { Hypothesis } from '../../shared/model/hypothesis.js';
import type { SharedSettings } from '../../shared/objective/epoch.js';
import { silent } from '../../shared/reporter.js';
import {
  isCalibrated,
  judge,
  observe,
  type Judgement,
  type Observer,
} from '../diagnostics/index.js';
import { scoredAnswers, type Answers } from '../prediction/answers.js';
import { targetData, type EngineData, type TargetData } from '../target/target-data.js';
import { givenPrior, priorLine, sharedSettings } from './prior.js';
import type { AdaptOptions, ReleaseId } from './types.js';

/** What is the same for every method that is run on the same samples. */
export interface Prepared {
  readonly model: Model;
  readonly release: ReleaseId;
  readonly options: AdaptOptions;
  readonly engine: Engine;
  /** The samples in host memory, and on the engine. */
  readonly host: TargetData;
  readonly data: EngineData;
  /** What the battery sees through the released model, and through any other weights. */
  readonly observer: Observer;
  /** The verdict on the samples themselves. */
  readonly diagnosis: Judgement;
  /** Whether the released model's estimate of its own accuracy may be believed. */
  readonly believed: boolean;
  readonly settings: SharedSettings;
  /** Whether the loss is given the shares of the classes, or that some may be absent. */
  readonly informed: boolean;
  /** The released model's answers for what is scored, and a copy of how it sees the samples. */
  readonly released: Readonly<{ answers: Answers; embedding: () => Embedding }>;
  /** Frees what lies on the engine. */
  dispose(): void;
}

/**
 * Reads and preprocesses a site's samples, once, runs the released model on them and diagnoses them; then
 * lets `work` have what was prepared, in one turn of the engine, and frees it.
 *
 * @param least samples that there must be
 * @throws FedshotError `data`, `model`, `engine`, `usage`, and what `work` throws
 */
export async function withPrepared<T>(
  model: Model,
  release: ReleaseId,
  options: AdaptOptions,
  least: number,
  work: (prepared: Prepared) => Promise<T>,
): Promise<T> {
  const host = await targetData(options, model, least);
  const engine = await startEngine(options.engine);
  return engine.use(async () => {
    const prepared = await prepare(model, release, options, { host, engine });
    try {
      return await work(prepared);
    } finally {
      prepared.dispose();
    }
  });
}

async function prepare(
  model: Model,
  release: ReleaseId,
  options: AdaptOptions,
  { host, engine }: Pick<Prepared, 'host' | 'engine'>,
): Promise<Prepared> {
  const data = host.onEngine();
  try {
    const observer = await observe(model, engine.ops, host.x, {
      givenPrior: givenPrior(options, model),
      missing: host.missing,
    });
    const diagnosis = await judge(observer, model.config, false);
    const believed = isCalibrated(diagnosis.battery.signals);
    const settings = settingsOfRun(model, options, { observer, diagnosis, believed });
    const { embedding, answers } = await releasedOutputs(model, engine, data);
    return {
      model,
      release,
      options,
      engine,
      host,
      data,
      observer,
      diagnosis,
      believed,
      settings,
      informed: Boolean(settings.prior) || settings.partial,
      released: { answers, embedding: () => cloneOf(embedding) },
      dispose: () => {
        disposeEmbedding(embedding);
        data.dispose();
      },
    };
  } catch (error) {
    data.dispose();
    throw error;
  }
}

/** What the loss is given of the classes, which a person should hear of. */
function settingsOfRun(
  model: Model,
  options: AdaptOptions,
  { observer, diagnosis, believed }: Pick<Prepared, 'observer' | 'diagnosis' | 'believed'>,
): SharedSettings {
  const { released, refreshed } = observer.before;
  const { strict, answered } = diagnosis.battery.signals;
  // a shift of domain distorts what the released model answers; refreshing evens out the classes
  const trusted = believed || strict ? released : refreshed;
  const settings = sharedSettings(options, model, trusted.p, believed ? answered : undefined);
  if (settings.prior)
    (options.reporter ?? silent).note(priorLine(settings.prior, model.config.classes), 'prior');
  return settings;
}

async function releasedOutputs(
  model: Model,
  { ops }: Engine,
  { x, test }: EngineData,
): Promise<{ embedding: Embedding; answers: Answers }> {
  const source = new Hypothesis(model.config.architecture, ops, model.state);
  try {
    const embedding = embed(source, x);
    return { embedding, answers: await scoredAnswers(source, test, embedding, false, model) };
  } finally {
    source.dispose();
  }
}

const cloneOf = ({ features, probabilities }: Embedding): Embedding => ({
  features: features.clone(),
  probabilities: probabilities.clone(),
});
