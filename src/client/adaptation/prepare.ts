import { startEngine, type Engine } from '../../shared/engine/index.js';
import { disposeEmbedding, embedReadable, type Embedding } from '../../shared/model/embed.js';
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
import { answersOf, type Answers } from '../prediction/answers.js';
import { targetData } from '../target/target-data.js';
import { disposeTarget, type OpenedTarget, type TargetData } from '../target/types.js';
import { givenPrior, priorLine, sharedSettings } from './prior.js';
import type { AdaptOptions, ReleaseId } from './types.js';

/** What is the same for every method that is run on the same samples. */
export interface Prepared {
  readonly model: Model;
  readonly release: ReleaseId;
  readonly options: AdaptOptions;
  readonly engine: Engine;
  /** What is known of the samples, and the samples themselves. */
  readonly host: TargetData;
  readonly data: OpenedTarget;
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
  { host: all, engine }: Pick<Prepared, 'host' | 'engine'>,
): Promise<Prepared> {
  const opened = all.open(engine.ops);
  let observer: Observer | undefined;
  let embedding: Embedding | undefined;
  const dispose = (): void => {
    if (embedding) disposeEmbedding(embedding);
    observer?.dispose();
    disposeTarget(opened);
  };
  try {
    const released = await releasedOutputs(model, engine, all, opened);
    const { answers, host, data } = released;
    const seen = (embedding = released.embedding);
    observer = await observe(model, engine.ops, data.main, {
      givenPrior: givenPrior(options, model),
      missing: host.missing,
    });
    const diagnosis = await judge(observer, model.config, false);
    const believed = isCalibrated(diagnosis.battery.signals);
    const settings = settingsOfRun(model, options, { observer, diagnosis, believed });
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
      released: { answers, embedding: () => cloneOf(seen) },
      dispose,
    };
  } catch (error) {
    dispose();
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

/** What the released model sees: a first pass over all samples, after which those are left that can be read. */
async function releasedOutputs(
  model: Model,
  { ops }: Engine,
  host: TargetData,
  opened: OpenedTarget,
): Promise<{ embedding: Embedding; answers: Answers; host: TargetData; data: OpenedTarget }> {
  const source = new Hypothesis(model.config.architecture, ops, model.state);
  try {
    const { embedding, kept } = await embedReadable(source, opened.main);
    const main = kept.length < opened.main.count ? opened.main.only(kept) : opened.main;
    if (!opened.test) {
      const answers = await answersOf(embedding, false, model, ops);
      const labels = pick(host.labels, kept);
      return { embedding, answers, host: { ...host, count: kept.length, labels }, data: { main } };
    }
    const seen = await embedReadable(source, opened.test).catch((error: unknown) => {
      disposeEmbedding(embedding);
      throw error;
    });
    const answers = await answersOf(seen.embedding, false, model, ops);
    disposeEmbedding(seen.embedding);
    const test = seen.kept.length < opened.test.count ? opened.test.only(seen.kept) : opened.test;
    const labels = pick(host.labels, seen.kept);
    const data = { main, test };
    return { embedding, answers, host: { ...host, count: kept.length, labels }, data };
  } finally {
    source.dispose();
  }
}

const pick = (labels: Int32Array | undefined, kept: Int32Array): Int32Array | undefined =>
  labels && kept.map((i) => labels[i]!);

const cloneOf = ({ features, probabilities }: Embedding): Embedding => ({
  features: features.clone(),
  probabilities: probabilities.clone(),
});
