import type { Scalar } from '@tensorflow/tfjs-core';

/** What is minimised on a mini-batch. */
export interface Loss {
  /** What the gradient is taken of. */
  total: Scalar;
  /** The figures that are shown beside it, under their own names: the same ones in every step of an epoch. */
  terms: Record<string, Scalar>;
}

/** The terms of SHOT's objective (`losses.ts`), in its order. */
export const SHOT_TERMS = ['entropy', 'diversity', 'pseudoCe'] as const;

/** What a report calls the terms of SHOT's objective that have an abbreviation for a name. */
export const SHOT_TERM_TITLES = { pseudoCe: 'pseudo-label cross-entropy' } as const;
