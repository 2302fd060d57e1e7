import { join } from 'node:path';
import { startEngine, type Engine } from '../../shared/engine/index.js';
import { FedshotError } from '../../shared/errors.js';
import { CheckpointFile } from '../../shared/model/checkpoint.js';
import { disposeEmbedding, embed } from '../../shared/model/embed.js';
import type { Model } from '../../shared/model/folder.js';
import { Hypothesis } from '../../shared/model/hypothesis.js';
import { agreement, confusionMatrix, predicted } from '../../shared/model/score.js';
import { part, sameBits } from '../../shared/model/state.js';
import { pseudoLabels } from '../../shared/objective/pseudo-labels.js';
import { random } from '../../shared/random.js';
import { silent } from '../../shared/reporter.js';
import { scoredAnswers } from '../prediction/answers.js';
import { gatherEvidence, isCalibrated, judge } from '../diagnostics/index.js';
import { adaptationLoop, type Progress, type Run } from './loop.js';
import { methodOf } from '../methods/index.js';
import { methodOptions, priorLine, toldPrior } from './prior.js';
import { refreshStatistics } from './refresh.js';
import { settingsOf } from './settings.js';
import { sampleSheet } from './sample-sheet.js';
import { openSetOf } from './open-set.js';
import { streamedFrom } from '../prediction/stream.js';
import { targetData, type TargetData } from '../target/target-data.js';
import { fitted } from '../target/fit-zoom.js';
import type { Adapted, AdaptOptions, AdaptResult, ReleaseId } from './types.js';

/**
 * Adapts F and B of a released hypothesis to target data, C frozen, by the method that the options
 * name, checks that C has not changed by a bit, and lets the battery decide without labels which
 * model is kept: the adapted one; where adapting failed or did harm, that of the last epoch which the
 * battery had accepted, or else the released one. The released one as well where its own estimate may
 * be believed: an early epoch has then lost less of it, but has lost.
 *
 * @param work folder for the checkpoint, which the caller removes once the result is kept
 * @throws FedshotError `data`, `model`, `engine`, `io`; `interrupted` once `signal` is aborted, the
 *   last whole epoch being kept for `resume`
 */
export async function adaptModel(
  model: Model,
  release: ReleaseId,
  work: string,
  options: AdaptOptions,
): Promise<Adapted> {
  const { clock = () => performance.now() } = options;
  const started = clock();
  const wanted = methodOf(options.method ?? 'shot');
  const learns = Boolean(wanted.objective) || wanted.refresh === true;
  const host = await targetData(await fitted(model, options), model.config, learns ? 2 : 1);
  const engine = await startEngine(options.engine);
  return engine.use(() => adaptOn(engine, model, release, work, options, host, started));
}

async function adaptOn(
  engine: Engine,
  model: Model,
  release: ReleaseId,
  work: string,
  options: AdaptOptions,
  host: TargetData,
  started: number,
): Promise<Adapted> {
  const { reporter = silent, clock = () => performance.now(), seed, force = false } = options;
  const { augment = 'none' } = options;
  const wanted = methodOf(options.method ?? 'shot');
  const checkpoint = new CheckpointFile<Progress>(join(work, '.checkpoint.safetensors'), {
    ...settingsOf(options, release),
    ...engineSettings(engine),
  });
  const saved = options.resume && checkpoint.exists() ? checkpoint.load() : undefined;

  const { architecture, classes } = model.config;
  const K = architecture.classes;
  const { labels } = host;
  const data = host.onEngine();
  const witness = await gatherEvidence(model, engine.ops, host.x, {
    told: toldPrior(options, model),
    missing: host.missing,
  });
  const outlook = await judge(witness, model.config, force);
  const method = outlook.battery.kept === 'adapted' ? wanted : methodOf('source');

  const source = new Hypothesis(architecture, engine.ops, model.state);
  let current = embed(source, data.x);
  const plain = methodOf('source');
  const before = await scoredAnswers(source, data.test, current, plain, model);
  // a shift of domain distorts what the released model answers; refreshing evens out the classes
  const { released, refreshed } = witness.before;
  const believed = isCalibrated(outlook.battery.signals);
  const { strict, answered } = outlook.battery.signals;
  const trusted = believed || strict ? released : refreshed;
  const knowledge = methodOptions(options, model, trusted.p, believed ? answered : undefined);
  const informed = Boolean(knowledge.prior) || knowledge.partial;
  if (knowledge.prior) reporter.note(priorLine(knowledge.prior, classes));
  source.dispose();
  let hypothesis = new Hypothesis(architecture, engine.ops, saved?.weights ?? model.state);
  let best: Run['best'];
  const progress: Progress = saved?.progress ?? { epochs: [] };
  if (method.objective) {
    if (saved) {
      disposeEmbedding(current);
      current = embed(hypothesis, data.x);
    }
    ({ current, best } = await adaptationLoop({
      method,
      model,
      host,
      data,
      hypothesis,
      current,
      progress,
      checkpoint,
      saved,
      options,
      knowledge,
      reporter,
      labels,
      ...(!force &&
        !believed && {
          accepts: async (weights) =>
            (await judge(witness, model.config, false, weights, informed)).battery.kept ===
            'adapted',
        }),
    }));
  } else if (method.refresh) {
    disposeEmbedding(current);
    refreshStatistics(hypothesis, data.x, random(seed));
    current = embed(hypothesis, data.x);
  }

  let state = await hypothesis.state();
  const changed = Boolean(method.objective) || method.refresh === true;
  const stream = method.stream && (await streamedFrom(released, model, engine.ops));
  const judged =
    changed || stream
      ? await judge(witness, model.config, force, stream || state, informed)
      : outlook;
  const { evidence } = judged;
  let { battery } = judged;
  if (best && battery.outcome === 'rolled back' && battery.kept === 'source') {
    battery = { ...battery, kept: 'adapted', epoch: best.epoch };
    state = best.weights;
    hypothesis.dispose();
    hypothesis = new Hypothesis(architecture, engine.ops, state);
    disposeEmbedding(current);
    current = embed(hypothesis, data.x);
  }
  const after = await scoredAnswers(hypothesis, data.test, current, method, model);
  const last =
    method.name === 'shot' && options.beta > 0 ? await pseudoLabels(current, knowledge) : undefined;
  const own = last && (await predicted(current.probabilities));
  disposeEmbedding(current);
  for (const resource of [hypothesis, data]) resource.dispose();

  const kept = battery.kept === 'adapted' ? after : before;
  const open = options.openSet ? openSetOf(kept.p, K) : undefined;
  const { name, device, version, threads } = engine;
  const result: AdaptResult = {
    engine: { name, device, version, threads },
    release,
    classes,
    method: method.name,
    ...(method.objective && augment !== 'none' && { augment }),
    ...(knowledge.prior && method.objective && { prior: [...knowledge.prior] }),
    n: host.count,
    battery,
    ...(labels && {
      sourceOnlyAccuracy: agreement(before.labels, labels),
      adaptedAccuracy: agreement(kept.labels, labels),
      confusion: {
        before: confusionMatrix(labels, before.labels, K),
        after: confusionMatrix(labels, kept.labels, K),
      },
    }),
    ...open?.figures,
    classifierUnchanged: sameBits(part(state, 'C.'), part(model.state, 'C.')),
    ...(last && { pseudoLabelAgreement: agreement(last.labels, own!) }),
    epochs: progress.epochs,
    seed,
    seconds: (clock() - started) / 1000,
  };
  if (!result.classifierUnchanged)
    throw new FedshotError('internal', 'the classifier changed during adaptation');
  return {
    result,
    state: battery.kept === 'adapted' ? state : model.state,
    tried: state,
    samples: sampleSheet(host.scored, kept.labels, labels),
    use: {
      reading: host.reading,
      ...open?.use,
      stream: battery.kept === 'adapted' && method.stream === true,
    },
    evidence,
    answers: kept.p,
    labels,
  };
}

/** Another engine, or another number of threads, adds in another order. */
const engineSettings = ({ name, device, threads }: Engine): Record<string, unknown> => ({
  engine: name,
  device,
  threads,
});

export type { Adapted, AdaptOptions, AdaptResult, ReleaseId } from './types.js';
