import type { Augmentation } from '../../../src/shared/preprocessing/augment.js';

export const DIGITS = '../shared/data/digits';
const idx = (name: string): string =>
  `idx:${DIGITS}/${name}-images-idx3-ubyte.gz,${DIGITS}/${name}-labels-idx1-ubyte.gz`;

interface Pair {
  /** Training and test data of the provider, and of the site. */
  source: [string, string];
  target: [string, string];
  /** What moves the provider's samples in training, as in the original. */
  augment: Augmentation;
}

/** The two adaptations between real digits that the original was measured on. */
export const PAIRS = {
  m2u: {
    source: [idx('mnist10k-train'), idx('t10k')],
    target: [idx('usps28-train'), idx('usps28-test')],
    augment: 'none',
  },
  u2m: {
    source: [idx('usps28-train'), idx('usps28-test')],
    target: [idx('mnist10k-train'), idx('t10k')],
    augment: 'crop-rotate',
  },
} as const satisfies Record<string, Pair>;
export type PairName = keyof typeof PAIRS;
