import { join } from 'node:path';
import type { Engine } from '../../shared/engine/index.js';
import { CheckpointFile } from '../../shared/model/checkpoint.js';
import { disposeEmbedding, embed, type Embedding } from '../../shared/model/embed.js';
import { Hypothesis } from '../../shared/model/hypothesis.js';
import type { StateDict } from '../../shared/model/state.js';
import { refreshStatistics } from '../../shared/objective/refresh.js';
import { random } from '../../shared/random.js';
import { judge } from '../diagnostics/index.js';
import { methods, parseMethodOptions, type AdaptationMethod } from '../methods/index.js';
import { adaptEpochs, type AdaptationProgress } from './epochs.js';
import type { Prepared } from './prepare.js';
import { settingsOf } from './settings.js';
import type { TargetEpochRecord } from './types.js';

/** How a method is run on what is prepared. */
export interface MethodRequest {
  method: AdaptationMethod;
  /** Its own options as they were given. */
  methodOptions?: Record<string, unknown>;
  /** Folder for its checkpoint. */
  work: string;
  /** Goes on from the checkpoint in `work`. */
  resume: boolean;
  /** Adapts and keeps the result, whatever the battery says. */
  force: boolean;
}

/** What a method has made of the released model; the caller disposes it. */
export interface MethodRun {
  /** The method that was run: `source` where the samples are refused. */
  method: AdaptationMethod;
  hypothesis: Hypothesis;
  /** How the hypothesis sees all samples. */
  embedding: Embedding;
  epochs: TargetEpochRecord[];
  /** The weights after the last epoch that was looked at and accepted, should the final ones not be. */
  best?: { epoch: number; weights: StateDict };
}

export function disposeRun({ hypothesis, embedding }: MethodRun): void {
  hypothesis.dispose();
  disposeEmbedding(embedding);
}

/**
 * Runs a method on prepared samples.
 * @throws FedshotError `usage` for a checkpoint of other settings, and as `trainEpochs` does
 */
export async function runMethod(prepared: Prepared, request: MethodRequest): Promise<MethodRun> {
  const { model, engine, data, diagnosis, released, options } = prepared;
  const refused = !request.force && diagnosis.battery.kept === 'source';
  const method = refused ? methods.get('source') : request.method;
  const checkpoint = checkpointOf(prepared, request);
  const saved = request.resume && checkpoint.exists() ? checkpoint.load() : undefined;
  const state = saved?.weights ?? model.state;
  const hypothesis = new Hypothesis(model.config.architecture, engine.ops, state, options);
  try {
    if (method.objective) {
      const trained = await adaptEpochs({
        prepared,
        method,
        methodOptions: parseMethodOptions(request.method, request.methodOptions),
        hypothesis,
        embedding: saved ? await embed(hypothesis, data.main) : released.embedding(),
        checkpoint,
        saved,
        accepts: acceptsOf(prepared, request.force),
      });
      return { method, hypothesis, ...trained };
    }
    if (method.refresh) await refreshStatistics(hypothesis, data.main, random(options.seed));
    const embedding = method.refresh ? await embed(hypothesis, data.main) : released.embedding();
    return { method, hypothesis, embedding, epochs: [] };
  } catch (error) {
    hypothesis.dispose();
    throw error;
  }
}

/** Whether the battery would keep some weights; nobody asks it where the final ones are kept anyway. */
function acceptsOf(
  { observer, model: { config }, informed, believed }: Prepared,
  force: boolean,
): ((weights: StateDict) => Promise<boolean>) | undefined {
  if (force || believed) return undefined;
  return async (weights) =>
    (await judge(observer, config, false, weights, informed)).battery.kept === 'adapted';
}

const checkpointOf = (
  { options, release, engine }: Prepared,
  { method, methodOptions, work }: MethodRequest,
): CheckpointFile<AdaptationProgress> =>
  new CheckpointFile<AdaptationProgress>(join(work, '.checkpoint.safetensors'), {
    ...settingsOf({ ...options, method: method.name, methodOptions }, release),
    ...engineSettings(engine),
  });

/** Another engine, or another number of threads, adds in another order. */
export const engineSettings = ({ name, device, threads }: Engine): Record<string, unknown> => ({
  engine: name,
  device,
  threads,
});
