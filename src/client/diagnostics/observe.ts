import { tensor, type Tensor } from '@tensorflow/tfjs-core';
import type { Ops } from '../../shared/engine/ops.js';
import { embed, outputsOf } from '../../shared/model/embed.js';
import type { Model } from '../../shared/model/folder.js';
import { Hypothesis } from '../../shared/model/hypothesis.js';
import type { StateDict } from '../../shared/model/state.js';
import { nearbyViews } from '../../shared/model/views.js';
import { random } from '../../shared/random.js';
import { refreshStatistics } from '../../shared/objective/refresh.js';
import type { Observations, Outlook } from './observations.js';
import { tryVariants } from './variants.js';

/** Samples that the battery looks at, at least; more where there are many classes. */
const LOOKED_AT = 2000;
const PER_CLASS = 20;

/** Looks at a site's samples with one model after the other. */
export interface Observer {
  /** Through the released model, and through it with refreshed batch statistics. */
  before: Observations;
  /** With other answers to the same samples, made of what the released model says of them. */
  answered(answers: Float32Array): Observations;
  /** With an adapted model's outlook besides; `informed` as in `Observations`. */
  after(adapted: StateDict, informed?: boolean): Promise<Observations>;
}

/**
 * Looks at up to 2,000 evenly spaced samples with the released model and with that model's batch
 * statistics refreshed.
 *
 * @param x all samples, normalised, `N × product(input.shape)`
 * @param known what the site has given, and what was filled in (`Observations`)
 */
export async function observe(
  model: Model,
  ops: Ops,
  x: Float32Array,
  known: Pick<Observations, 'givenPrior' | 'missing'> = {},
): Promise<Observer> {
  const { architecture, input, card } = model.config;
  const width = input.shape.reduce((a, b) => a * b, 1);
  const total = x.length / width;
  const n = Math.min(total, Math.max(LOOKED_AT, PER_CLASS * architecture.classes));
  const looked = new Float32Array(n * width);
  for (let i = 0; i < n; i++) {
    const at = Math.floor((i * total) / n) * width;
    looked.set(x.subarray(at, at + width), i * width);
  }
  let views: Float32Array | undefined;
  const movedSamples = async (): Promise<Tensor> => {
    if (views) return tensor(views, [n, ...input.shape]);
    const made = nearbyViews(looked, input);
    views = Float32Array.from(await made.data());
    return made;
  };
  /** What a model sees in the samples and in moved views of them. */
  const look = async (hypothesis: Hypothesis): Promise<{ still: Outlook; moved: Outlook }> => {
    const still = await outlook(hypothesis, tensor(looked, [n, ...input.shape]));
    return { still, moved: await outlook(hypothesis, await movedSamples()) };
  };

  const hypothesis = new Hypothesis(architecture, ops, model.state);
  const released = await outlook(hypothesis, tensor(looked, [n, ...input.shape]));
  const variants = card ? await tryVariants(hypothesis, looked, input, card) : [];
  const samples = tensor(looked, [n, ...input.shape]);
  if (n > 1) refreshStatistics(hypothesis, samples, random('battery'));
  samples.dispose();
  const refreshed = await look(hypothesis);
  hypothesis.dispose();
  const before: Observations = {
    x: looked,
    input,
    classes: architecture.classes,
    total,
    card,
    variants,
    released,
    ...known,
    refreshed: refreshed.still,
    moved: { refreshed: refreshed.moved },
  };
  return {
    before,
    answered: (p) => ({ ...before, adapted: { features: released.features, p } }),
    after: async (state, informed) => {
      const own = new Hypothesis(architecture, ops, state);
      const { still, moved } = await look(own);
      own.dispose();
      return { ...before, informed, adapted: still, moved: { ...before.moved, adapted: moved } };
    },
  };
}

/** A model's outlook on samples, copied to host memory; disposes the samples. */
async function outlook(hypothesis: Hypothesis, x: Tensor): Promise<Outlook> {
  const outputs = await outputsOf(embed(hypothesis, x));
  x.dispose();
  return outputs;
}
