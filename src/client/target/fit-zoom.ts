import { tensor } from '@tensorflow/tfjs-core';
import { applyInput } from '../../shared/preprocessing/input.js';
import type { Dataset } from '../../shared/data/types.js';
import { startEngine, type EngineOptions, type Ops } from '../../shared/engine/index.js';
import { FedshotError } from '../../shared/errors.js';
import { classDistance, type Card } from '../../shared/model/card/index.js';
import { disposeEmbedding, embed } from '../../shared/model/embed.js';
import type { Model } from '../../shared/model/folder.js';
import { Hypothesis } from '../../shared/model/hypothesis.js';
import { readingOf, readSamples } from './reading.js';
import type { InputOptions } from './options.js';
import { zoom } from '../../shared/preprocessing/orient.js';

/** Factors that are tried: powers of this within 1/2 to 2. */
const STEP = 1.1;
const FACTORS = Array.from({ length: 15 }, (_, i) => STEP ** (i - 7));
/** Samples that are looked at, evenly spaced. */
const LOOKED_AT = 500;
/** Share of what is brighter than black that an enlarged image may push over its edge. */
const LOST = 0.01;

/** A card with the classes' features. */
type FullCard = Card & Required<Pick<Card, 'features'>>;

const isFull = (card: Card | undefined): card is FullCard => card?.features !== undefined;

/**
 * Replaces `zoom: 'fit'` by the factor at which the released features lie nearest to the released
 * classes (`classDistance`): things of the size that the model was trained on look most like them.
 * Needs no label, and no sample of the provider's.
 *
 * @throws FedshotError `usage` where the release has no full card or the data are no images
 */
export async function fitted<T extends InputOptions & { engine?: EngineOptions }>(
  model: Model,
  options: T,
): Promise<Omit<T, 'zoom'> & { zoom?: number }> {
  const { zoom: wanted, ...rest } = options;
  if (wanted !== 'fit') return { ...rest, zoom: wanted };
  const { card } = model.config;
  if (!isFull(card))
    throw new FedshotError('usage', '--zoom fit needs a release with a full card', {
      hint: 'ask the provider to publish with --card full, or give a factor',
    });
  const source = typeof options.data === 'string' ? options.data : options.data[0]!;
  const { dataset } = await readSamples(source, model.config, readingOf(options));
  const some = evenlySpaced(dataset);
  const engine = await startEngine(options.engine);
  return { ...rest, zoom: await engine.use(() => bestFactor(some, model, card, engine.ops)) };
}

/** The factor at which the features of `some` lie nearest to the classes. */
async function bestFactor(
  some: Dataset,
  { config: { architecture, input }, state }: Model,
  card: FullCard,
  ops: Ops,
): Promise<number> {
  const hypothesis = new Hypothesis(architecture, ops, state);
  let best = { factor: 1, distance: Infinity };
  for (const factor of FACTORS) {
    const seen = zoom(some, factor);
    if (ink(seen) < (1 - LOST) * factor ** 2 * ink(some)) continue;
    const x = tensor(applyInput(seen, input), [some.count, ...input.shape]);
    const embedding = embed(hypothesis, x);
    const features = (await embedding.features.data()) as Float32Array;
    const distance = classDistance(features, card.features);
    if (distance < best.distance) best = { factor, distance };
    disposeEmbedding(embedding);
    x.dispose();
  }
  hypothesis.dispose();
  return best.factor;
}

const ink = ({ x }: Dataset): number => x.reduce((total, grey) => total + grey, 0);

function evenlySpaced(dataset: Dataset): Dataset {
  const width = dataset.x.length / dataset.count;
  const count = Math.min(dataset.count, LOOKED_AT);
  const x = new Float32Array(count * width);
  for (let i = 0; i < count; i++) {
    const at = Math.floor((i * dataset.count) / count) * width;
    x.set(dataset.x.subarray(at, at + width), i * width);
  }
  return { ...dataset, count, x, labels: undefined };
}
