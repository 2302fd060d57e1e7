import { z } from 'zod';
import type { InputSpec } from '../../preprocessing/input.js';
import { LEAST_ROWS } from '../../preprocessing/rounding.js';

const share = z.number().min(0).max(1);
const positive = z.number().positive();
const count = z.int().nonnegative();

/** Bins of the intensity histogram over grey levels 0..1, and of the confidence histogram over 0..1. */
export const INTENSITY_BINS = 16;
export const CONFIDENCE_BINS = 20;
/** Held-out samples that a class of a table or of small images needs; see {@link minimumCountFor}. */
export const MINIMUM_COUNT = 20;

/** Up to so many classes, evening them out can cost more than it wins, and all is told from their shares. */
export const FEW_CLASSES = 5;

/**
 * Held-out samples that a class needs before anything is said of it alone. Of pictures of many classes
 * there are few of each, and what is told from them does not hang on one class: ten are enough there.
 */
export const minimumCountFor = (input: InputSpec, K: number): number =>
  input.kind === 'image' && input.steps && K > FEW_CLASSES ? LEAST_ROWS : MINIMUM_COUNT;

/**
 * What a provider says of its held-out data, so that a site can tell without labels whether its own
 * data can be adapted to. Aggregates only: no class of fewer than `minimumCount` samples is described.
 */
export const cardSchema = z.strictObject({
  /** Held-out samples that the figures were taken from. */
  samples: count,
  minimumCount: count,
  /** Share of each class among the training labels. */
  prior: z.array(share).min(2),
  /** T by which the logits are divided for calibrated probabilities (Guo et al. 2017). */
  temperature: positive,
  /** Confidence above which a share of samples lies that equals the accuracy (ATC, Garg et al. 2022). */
  confidenceThreshold: share,
  /** Share of samples that keep their class when they are moved a little (`nearbyViews`). */
  steadiness: share,
  /** Share of samples per bin of calibrated confidence. */
  confidence: z.array(share).length(CONFIDENCE_BINS),
  input: z.strictObject({
    /** Of all values as the model takes them, after normalisation. */
    mean: z.number(),
    deviation: positive,
    /** Images: share of pixels per grey level. */
    histogram: z.array(share).length(INTENSITY_BINS).optional(),
    /** Images: correlation of pixels with their right and their lower neighbours. */
    smoothness: z.tuple([z.number(), z.number()]).optional(),
  }),
  /** Per true class, shares of the predicted classes; null for a class with too few samples. */
  confusion: z.array(z.array(share).nullable()).optional(),
  /** Per true class, mean and variance of each feature after B; null for a class with too few. */
  features: z
    .strictObject({
      mean: z.array(z.array(z.number()).nullable()),
      variance: z.array(z.array(z.number().nonnegative()).nullable()),
      /** Median distance of the samples to the nearest class (`classDistance`). */
      distance: z.number().nonnegative(),
    })
    .optional(),
});

export type Card = z.infer<typeof cardSchema>;

export const CARD_LEVELS = ['none', 'minimal', 'full'] as const;
export type CardLevel = (typeof CARD_LEVELS)[number];

/** What is left of a card at a level: `minimal` says nothing of a single class but its share. */
export function cardAt(card: Card, level: CardLevel): Card | undefined {
  if (level === 'none') return undefined;
  if (level === 'full') return card;
  const { confusion: _, features: __, ...minimal } = card;
  return minimal;
}

/** The first key of a card that does not fit K classes and D features, if any. */
export function cardMisfit(card: Card, K: number, D: number): string | undefined {
  const { confusion, features } = card;
  if (card.prior.length !== K) return 'prior';
  if (confusion && [confusion, ...confusion].some((row) => row && row.length !== K))
    return 'confusion';
  for (const key of ['mean', 'variance'] as const) {
    const rows = features?.[key];
    if (rows && (rows.length !== K || rows.some((row) => row && row.length !== D)))
      return `features.${key}`;
  }
  return undefined;
}
