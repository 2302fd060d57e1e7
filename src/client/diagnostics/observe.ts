import type { Ops } from '../../shared/engine/ops.js';
import { embed, embedReadable, outputsOf } from '../../shared/model/embed.js';
import type { Model } from '../../shared/model/folder.js';
import { Hypothesis } from '../../shared/model/hypothesis.js';
import type { StateDict } from '../../shared/model/state.js';
import { evenly, type Samples } from '../../shared/model/samples.js';
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
  /** Frees the samples that were looked at; before the ones that they were taken from. */
  dispose(): void;
}

/**
 * Looks at up to 2,000 evenly spaced samples with the released model and with that model's batch
 * statistics refreshed.
 *
 * @param all all samples of the site
 * @param known what the site has given, and what was filled in (`Observations`)
 */
export async function observe(
  model: Model,
  ops: Ops,
  all: Samples,
  known: Pick<Observations, 'givenPrior' | 'missing'> = {},
): Promise<Observer> {
  const { architecture, input, card } = model.config;
  const most = Math.max(LOOKED_AT, PER_CLASS * architecture.classes);
  const hypothesis = new Hypothesis(architecture, ops, model.state);
  const { looked, released } = await firstLook(hypothesis, all.only(evenly(all.count, most)));
  const x = await looked.values();
  const moved = looked.nearby();
  /** What a model sees in the samples and in moved views of them. */
  const look = async (hypothesis: Hypothesis): Promise<{ still: Outlook; moved: Outlook }> => ({
    still: await outlook(hypothesis, looked),
    moved: await outlook(hypothesis, moved),
  });

  const variants = card ? await tryVariants(hypothesis, x, input, card) : [];
  if (looked.count > 1) await refreshStatistics(hypothesis, looked, random('battery'));
  const refreshed = await look(hypothesis);
  hypothesis.dispose();
  const before: Observations = {
    x,
    input,
    classes: architecture.classes,
    total: all.count,
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
      const { still, moved: after } = await look(own);
      own.dispose();
      return { ...before, informed, adapted: still, moved: { ...before.moved, adapted: after } };
    },
    dispose: () => {
      moved.dispose();
      looked.dispose();
    },
  };
}

/** What a model sees in the samples, and those of them that can be read. */
async function firstLook(
  hypothesis: Hypothesis,
  samples: Samples,
): Promise<{ looked: Samples; released: Outlook }> {
  const { embedding, kept } = await embedReadable(hypothesis, samples);
  const looked = kept.length < samples.count ? samples.only(kept) : samples;
  return { looked, released: await outputsOf(embedding) };
}

const outlook = async (hypothesis: Hypothesis, samples: Samples): Promise<Outlook> =>
  outputsOf(await embed(hypothesis, samples));
