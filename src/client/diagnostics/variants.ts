import type { InputSpec } from '../../shared/preprocessing/input.js';
import {
  classDistance,
  confidences,
  inputFigures,
  tempered,
  type Card,
} from '../../shared/model/card/index.js';
import { disposeEmbedding, embed } from '../../shared/model/embed.js';
import type { Hypothesis } from '../../shared/model/hypothesis.js';
import { ResidentSamples } from '../../shared/model/resident.js';
import { orient, ORIENTATIONS } from '../../shared/preprocessing/orient.js';

/** A way to read the same samples, as an option of `adapt`, with the accuracy it promises. */
export interface Variant {
  /** `--invert`, `--rescale` or `--orient …`; empty for the samples as they are. */
  option: string;
  /** Share of samples that the released model is as sure of as it is of what it gets right (ATC). */
  estimatedAccuracy: number;
  /** How far the released features lie from the released classes, over the provider's own samples. */
  distance?: number;
}

const LOOKED_AT = 250;
/** The same of pictures, which take as much longer as they are larger. */
const PICTURES = 64;

/**
 * Reads images in every way that `adapt` can, and asks the released model which it is surest of: a
 * model that knows digits upright is surer of them than of the same digits on their side.
 *
 * @param x normalised images, `n × product(input.shape)`
 * @returns the samples as they are first
 */
export async function tryVariants(
  released: Hypothesis,
  x: Float32Array,
  input: InputSpec,
  card: Card,
): Promise<Variant[]> {
  if (input.kind !== 'image') return [];
  const [C, H, W] = input.shape;
  const width = C * H * W;
  const all = x.length / width;
  const count = Math.min(all, input.steps ? PICTURES : LOOKED_AT);
  const looked = new Float32Array(count * width);
  for (let i = 0; i < count; i++) {
    const at = Math.floor((i * all) / count) * width;
    looked.set(x.subarray(at, at + width), i * width);
  }
  const { mean, deviation } = inputFigures(looked, input);
  const scaled = (v: number): number =>
    ((v - mean) / deviation) * card.input.deviation + card.input.mean;
  const black = input.mean.map((m, c) => (1 - 2 * m) / input.std[c]!);
  const inverse = (v: number, i: number): number => black[Math.floor(i / (H * W)) % C]! - v;
  const image = { source: '', kind: 'image' as const, shape: [C, H, W], count, x: looked };
  const readings: [string, Float32Array][] = [
    ['', looked],
    ['--invert', looked.map(inverse)],
    ['--rescale', looked.map(scaled)],
    ...(H === W
      ? ORIENTATIONS.map((how): [string, Float32Array] => [`--orient ${how}`, orient(image, how).x])
      : []),
  ];
  const results: Variant[] = [];
  for (const [option, values] of readings) {
    const samples = new ResidentSamples(values, input, released.ops);
    const embedding = await embed(released, samples);
    const p = (await embedding.probabilities.data()) as Float32Array;
    const features = (await embedding.features.data()) as Float32Array;
    disposeEmbedding(embedding);
    samples.dispose();
    const K = card.prior.length;
    const sure = confidences(tempered(p, K, card.temperature), K);
    const above = sure.filter((c) => c >= card.confidenceThreshold).length;
    results.push({
      option,
      estimatedAccuracy: above / count,
      ...(card.features && {
        distance: classDistance(features, card.features) / card.features.distance,
      }),
    });
  }
  return results;
}
