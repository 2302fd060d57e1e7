import { disposeEmbedding, embed } from '../../shared/model/embed.js';
import { Hypothesis } from '../../shared/model/hypothesis.js';
import { agreement, predicted } from '../../shared/model/score.js';
import type { StateDict } from '../../shared/model/state.js';
import { forced, judge, type Battery, type Judgement } from '../diagnostics/index.js';
import { learns } from '../methods/index.js';
import { scoredAnswers, type Answers } from '../prediction/answers.js';
import { streamedFrom } from '../prediction/stream.js';
import type { Prepared } from './prepare.js';
import type { MethodRun } from './run-method.js';

/** What the battery says of a run, and which model is kept. */
export interface Evaluation extends Judgement {
  /** The weights that were adapted: those of the last epoch, or of the one that it was rolled back to. */
  tried: StateDict;
  /** For what is scored, of the model that is kept. */
  answers: Answers;
  /** Share of the last pseudo-labels that equal the model's own predictions; see `lastLabels`. */
  pseudoLabelAgreement?: number;
}

/**
 * Lets the battery decide without labels which model is kept: the adapted one; where adapting failed or
 * did harm, that of the last epoch which the battery had accepted, or else the released one. The released
 * one as well where its own estimate may be believed: an early epoch has then lost less of it, but has lost.
 */
export async function evaluate(
  prepared: Prepared,
  run: MethodRun,
  force: boolean,
): Promise<Evaluation> {
  const { data, model, settings, released } = prepared;
  const tried = await run.hypothesis.state();
  const { battery, observations } = await judged(prepared, run, tried, force);
  const back = run.best && goesBack(battery) ? run.best : undefined;
  if (back) await load(prepared, run, back.weights);
  const { method, hypothesis, embedding } = run;
  const stream = method.stream === true;
  const after = await scoredAnswers(hypothesis, data.test, embedding, stream, model);
  const last = await method.lastLabels?.(embedding, settings);
  const own = last && (await predicted(embedding.probabilities));
  const final: Battery = back ? { ...battery, kept: 'adapted', epoch: back.epoch } : battery;
  const { outcome, kept } = final;
  prepared.options.reporter?.event?.({ type: 'verdict', outcome, kept });
  return {
    battery: final,
    observations,
    tried: back?.weights ?? tried,
    answers: final.kept === 'adapted' ? after : released.answers,
    ...(last && own && { pseudoLabelAgreement: agreement(last.labels, own) }),
  };
}

/** The verdict on what a method has made; on the samples alone where it has made nothing. */
async function judged(
  { diagnosis, observer, engine, model, informed }: Prepared,
  { method }: MethodRun,
  state: StateDict,
  force: boolean,
): Promise<Judgement> {
  const { config } = model;
  if (method.stream) {
    const answers = await streamedFrom(observer.before.released, model, engine.ops);
    return judge(observer, config, force, answers, informed);
  }
  if (learns(method)) return judge(observer, config, force, state, informed);
  return force ? { ...diagnosis, battery: forced(diagnosis.battery) } : diagnosis;
}

const goesBack = ({ outcome, kept }: Battery): boolean =>
  outcome === 'rolled back' && kept === 'source';

/** Puts other weights into a run. */
async function load(
  { engine, model, data }: Prepared,
  run: MethodRun,
  weights: StateDict,
): Promise<void> {
  run.hypothesis.dispose();
  disposeEmbedding(run.embedding);
  run.hypothesis = new Hypothesis(model.config.architecture, engine.ops, weights);
  run.embedding = await embed(run.hypothesis, data.main);
}
