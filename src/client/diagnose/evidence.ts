import { tensor, type Tensor } from '@tensorflow/tfjs-core';
import { disposeEmbedding, embed } from '../../shared/model/embed.js';
import { Hypothesis } from '../../shared/model/hypothesis.js';
import type { Model } from '../../shared/model/folder.js';
import type { StateDict } from '../../shared/model/state.js';
import type { Ops } from '../../shared/engine/ops.js';
import { random } from '../../shared/random.js';
import { refreshStatistics } from '../refresh.js';
import { viewsOf } from '../views.js';
import type { Evidence, Outlook } from './signals.js';
import { tryVariants } from './variants.js';

/** Samples that the battery looks at, at least; more where there are many classes. */
const LOOKED_AT = 2000;
const PER_CLASS = 20;
const PIXELS = { shift: 1, degrees: 5 };

/** A model's outlook on samples, copied to host memory. */
async function outlook(hypothesis: Hypothesis, x: Tensor): Promise<Outlook> {
  const embedding = embed(hypothesis, x);
  const features = Float32Array.from(await embedding.features.data());
  const p = Float32Array.from(await embedding.probabilities.data());
  disposeEmbedding(embedding);
  return { features, p };
}

/**
 * Looks at up to 2,000 evenly spaced samples with the released model, with that model's batch
 * statistics refreshed, and, where there is one, with the adapted model.
 *
 * @param x all samples, normalised, `N × product(input.shape)`
 */
export async function gatherEvidence(
  model: Model,
  ops: Ops,
  x: Float32Array,
  adapted: StateDict | undefined,
): Promise<Evidence> {
  const { architecture, input, card } = model.config;
  const width = input.shape.reduce((a, b) => a * b, 1);
  const total = x.length / width;
  const n = Math.min(total, Math.max(LOOKED_AT, PER_CLASS * architecture.classes));
  const looked = new Float32Array(n * width);
  for (let i = 0; i < n; i++) {
    const at = Math.floor((i * total) / n) * width;
    looked.set(x.subarray(at, at + width), i * width);
  }
  const samples = tensor(looked, [n, ...input.shape]);
  const order = Int32Array.from({ length: n }, (_, i) => i);
  const views = viewsOf(looked, input, PIXELS)(order, random('battery'));
  const look = async (state: StateDict, refresh: boolean): Promise<[Outlook, Outlook]> => {
    const hypothesis = new Hypothesis(architecture, ops, state);
    if (refresh && n > 1) refreshStatistics(hypothesis, samples, random('battery'));
    const pair = [await outlook(hypothesis, samples), await outlook(hypothesis, views)] as const;
    hypothesis.dispose();
    return [...pair];
  };
  const [released] = await look(model.state, false);
  const plain = new Hypothesis(architecture, ops, model.state);
  const variants = card ? await tryVariants(plain, looked, input, card) : [];
  plain.dispose();
  const [refreshed, refreshedMoved] = await look(model.state, true);
  const own = adapted && (await look(adapted, false));
  samples.dispose();
  views.dispose();
  return {
    ...{ x: looked, input, classes: architecture.classes, total, card, variants },
    ...{ released, refreshed, adapted: own?.[0] },
    moved: { refreshed: refreshedMoved, adapted: own?.[1] },
  };
}
