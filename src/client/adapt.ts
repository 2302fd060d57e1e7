import { join } from 'node:path';
import { startEngine, type Engine } from '../shared/engine/index.js';
import { FedshotError } from '../shared/errors.js';
import { CheckpointFile } from '../shared/model/checkpoint.js';
import { disposeEmbedding, embed, type Embedding } from '../shared/model/embed.js';
import { stepsPerEpoch, type Plan } from '../shared/model/epochs.js';
import type { Model } from '../shared/model/folder.js';
import { Hypothesis } from '../shared/model/hypothesis.js';
import { Sgd } from '../shared/model/optimizer.js';
import { agreement, confusionMatrix, predicted } from '../shared/model/score.js';
import { part, sameBits } from '../shared/model/state.js';
import { pseudoLabels } from '../shared/objective/pseudo-labels.js';
import { random } from '../shared/random.js';
import { silent } from '../shared/reporter.js';
import { gatherEvidence, judge } from './diagnose/index.js';
import { adaptationLoop, type Progress } from './loop.js';
import { methodOf } from './methods/index.js';
import { methodOptions } from './prior.js';
import { refreshStatistics } from './refresh.js';
import { sampleSheet } from './sample-sheet.js';
import { streamed } from './stream.js';
import { targetData } from './target-data.js';
import type { Adapted, AdaptOptions, AdaptResult, ReleaseId } from './types.js';
import { viewsOf } from '../shared/model/views.js';

/** Scorings of a run on separate test data besides the first: at its end and nine times before. */
const SCORINGS = 10;

/**
 * Adapts F and B of a released hypothesis to target data, C frozen, by the method that the options
 * name, checks that C has not changed by a bit, and lets the battery decide without labels which
 * model is kept: the adapted one, or the released one where adapting failed or did harm.
 *
 * @param work folder for the checkpoint
 * @throws FedshotError `data`, `model`, `engine`, `io`; `interrupted` once `signal` is aborted, the
 *   last whole epoch being kept for `resume`
 */
export async function adaptModel(
  model: Model,
  release: ReleaseId,
  work: string,
  options: AdaptOptions,
): Promise<Adapted> {
  const { reporter = silent, clock = () => performance.now(), seed, signal } = options;
  const { force = false } = options;
  const started = clock();
  let method = methodOf(options.method ?? 'shot');
  const host = await targetData(options, model.config);
  const engine = await startEngine(options.engine);
  const data = host.onEngine();
  const checkpoint = new CheckpointFile<Progress>(
    join(work, '.checkpoint.safetensors'),
    settingsOf(options, release, engine),
  );
  const saved = options.resume && checkpoint.exists() ? checkpoint.load() : undefined;
  if (options.resume && !saved) reporter.note('nothing to resume: starting anew');

  const { architecture, classes, input } = model.config;
  const K = architecture.classes;
  const hypothesis = new Hypothesis(architecture, engine.ops, saved?.weights ?? model.state);
  const progress: Progress = saved?.progress ?? { epochs: [] };
  const answers = async (embedding: Embedding): Promise<Int32Array> => {
    if (!method.stream) return predicted(embedding.probabilities);
    return (await streamed(embedding, model, engine.ops)).labels;
  };
  const guess = async (current: Embedding, of: typeof answers): Promise<Int32Array> => {
    if (!data.test) return of(current);
    const embedding = embed(hypothesis, data.test);
    const guesses = await of(embedding);
    disposeEmbedding(embedding);
    return guesses;
  };
  const { labels } = host;
  let current = embed(hypothesis, data.x);
  if (labels) progress.before ??= [...(await guess(current, (e) => predicted(e.probabilities)))];

  const witness = await gatherEvidence(model, engine.ops, host.x);
  const outlook = await judge(witness, model.config, force);
  if (outlook.outcome === 'refuse' && !force) method = methodOf('source');

  if (method.objective) {
    const optimizer = new Sgd(engine.ops, [
      { params: hypothesis.trainable('F'), factor: options.featureLr },
      { params: hypothesis.trainable('B'), factor: 1 },
    ]);
    if (saved) optimizer.restore(saved.velocity);
    const plan: Plan = { ...options, samples: host.count, random: random(seed), shuffle: true };
    const perEpoch = stepsPerEpoch(plan);
    const task = reporter.task('adapt', perEpoch * options.epochs, 'steps');
    task.advance(perEpoch * (saved?.epochs ?? 0));
    const knowledge = await methodOptions(options, model, current, progress.prior);
    progress.prior = knowledge.prior && [...knowledge.prior];
    disposeEmbedding(current);
    current = await adaptationLoop({
      ...{ method, hypothesis, optimizer, plan, progress, checkpoint, task, signal },
      options: knowledge,
      x: data.x,
      views: viewsOf(host.x, input),
      done: saved?.epochs ?? 0,
      score: async (epoch, embedding) =>
        labels && (!data.test || isScored(epoch, options.epochs))
          ? agreement(await guess(embedding, answers), labels)
          : undefined,
    });
    optimizer.dispose();
    task.done();
  } else if (method.refresh) {
    disposeEmbedding(current);
    refreshStatistics(hypothesis, data.x, random(seed));
    current = embed(hypothesis, data.x);
  }

  const state = await hypothesis.state();
  const after = await guess(current, answers);
  const own = data.test ? await predicted(current.probabilities) : after;
  const beta = method.name === 'shot' ? options.beta : 0;
  const last = beta > 0 ? await pseudoLabels(current, options) : undefined;
  disposeEmbedding(current);
  const changed = Boolean(method.objective) || method.refresh;
  const battery = changed ? await judge(witness, model.config, force, state) : outlook;
  checkpoint.remove();
  for (const resource of [hypothesis, data]) resource.dispose();
  const before = labels && Int32Array.from(progress.before!);
  const kept = battery.kept === 'adapted' ? after : before;
  const { name, device, version, threads } = engine;
  const result: AdaptResult = {
    engine: { name, device, version, threads },
    release,
    classes,
    method: method.name,
    n: host.count,
    battery,
    ...(labels && {
      sourceOnlyAccuracy: agreement(before!, labels),
      adaptedAccuracy: agreement(kept!, labels),
      confusion: {
        before: confusionMatrix(labels, before!, K),
        after: confusionMatrix(labels, kept!, K),
      },
    }),
    classifierUnchanged: sameBits(part(state, 'C.'), part(model.state, 'C.')),
    ...(last && { pseudoLabelAgreement: agreement(last.labels, own) }),
    epochs: progress.epochs,
    seed,
    seconds: (clock() - started) / 1000,
  };
  if (!result.classifierUnchanged)
    throw new FedshotError('internal', 'the classifier changed during adaptation');
  return {
    result,
    state: battery.kept === 'adapted' ? state : model.state,
    samples: sampleSheet(host.scored, kept ?? after, labels),
  };
}

const isScored = (epoch: number, epochs: number): boolean =>
  Math.floor(((epoch + 1) * SCORINGS) / epochs) > Math.floor((epoch * SCORINGS) / epochs);

/** What the result depends on: a checkpoint made with other values is refused. */
function settingsOf(
  options: AdaptOptions,
  release: ReleaseId,
  { name, device, threads }: Engine,
): Record<string, unknown> {
  const { data, test, epochs, batch, lr, featureLr, beta, alpha, threshold, seed } = options;
  const { method = 'shot', prior, partial, openSet, invert, rescale, orient } = options;
  return {
    ...{ release: release.digest, data, test, epochs, batch, lr, featureLr },
    ...{ beta, alpha, threshold, seed, engine: name, device, threads },
    ...{ method, prior, partial, openSet, invert, rescale, orient },
  };
}

export type { Adapted, AdaptOptions, AdaptResult, ReleaseId } from './types.js';
