import type { Dataset } from '../../shared/data/index.js';
import { startEngine, type EngineOptions } from '../../shared/engine/index.js';
import { FedshotError } from '../../shared/errors.js';
import { classDistance, type Card } from '../../shared/model/card/index.js';
import { embed, outputsOf } from '../../shared/model/embed.js';
import type { Model } from '../../shared/model/folder.js';
import { Hypothesis } from '../../shared/model/hypothesis.js';
import { ResidentSamples } from '../../shared/model/resident.js';
import { applyInput, zoom } from '../../shared/preprocessing/index.js';

/** Factors that are tried: powers of this within 1/2 to 2. */
const STEP = 1.1;
const FACTORS = Array.from({ length: 15 }, (_, i) => STEP ** (i - 7));
/** Samples that are looked at, evenly spaced. */
const LOOKED_AT = 500;
/** Share of what is brighter than black that an enlarged image may push over its edge. */
const LOST = 0.01;

/**
 * The factor at which the released features of images lie nearest to the released classes
 * (`classDistance`): things of the size that the model was trained on look most like them. Needs no
 * label, and no sample of the provider's.
 *
 * @param dataset as it was read and turned, not yet enlarged
 * @throws FedshotError `usage` where the release has no full card or the data are no images
 */
export async function fitZoom(
  model: Model,
  dataset: Dataset,
  engine?: EngineOptions,
): Promise<number> {
  const { input, architecture } = model.config;
  const features = assertFullCard(model);
  const some = evenlySpaced(dataset);
  const started = await startEngine(engine);
  return started.use(() => nearest(new Hypothesis(architecture, started.ops, model.state)));

  async function nearest(hypothesis: Hypothesis): Promise<number> {
    let best = { factor: 1, distance: Infinity };
    try {
      for (const factor of FACTORS) {
        const seen = zoom(some, factor);
        if (ink(seen) < (1 - LOST) * factor ** 2 * ink(some)) continue;
        const samples = new ResidentSamples(applyInput(seen, input), input, started.ops);
        const embedding = await embed(hypothesis, samples);
        samples.dispose();
        const { features: found } = await outputsOf(embedding);
        const distance = classDistance(found, features);
        if (distance < best.distance) best = { factor, distance };
      }
    } finally {
      hypothesis.dispose();
    }
    return best.factor;
  }
}

/**
 * What the card says of the classes' features.
 * @throws FedshotError `usage` where it says nothing
 */
export function assertFullCard({ config: { card } }: Model): NonNullable<Card['features']> {
  if (card?.features) return card.features;
  throw new FedshotError('usage', '--zoom fit needs a release with a full card', {
    hint: 'ask the provider to publish with --card full, or give a factor',
  });
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
