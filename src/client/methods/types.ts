import type { Embedding } from '../../shared/model/embed.js';
import type { Hypothesis } from '../../shared/model/hypothesis.js';
import type { PseudoLabels } from '../../shared/objective/pseudo-labels.js';
import type { AdaptationEpoch, TargetLoss } from '../../shared/objective/target.js';
import type { Random } from '../../shared/random.js';
import type { Views } from '../../shared/model/views.js';

export const METHOD_NAMES: readonly MethodName[] = [
  'source',
  'bn',
  'shot-im',
  'shot',
  'shot++',
  'aad',
  'nrc',
  't3a',
];
export type MethodName = 'source' | 'bn' | 'shot-im' | 'shot' | 'shot++' | 'aad' | 'nrc' | 't3a';

/** The weights of a method's terms, and what the site knows about its classes. */
export interface MethodOptions {
  /** β, weight of the pseudo-label term; 0 is SHOT-IM. */
  beta: number;
  /** α, weight of the information-maximisation terms. */
  alpha: number;
  /** Classes with at most this many predicted samples get no pseudo-labels. */
  threshold: number;
  /** Any class may be absent: no diversity term. */
  partial: boolean;
  /** Samples of classes that the model does not know may occur. */
  openSet: boolean;
  /** π of the classes, K; without it the classes are taken for balanced. */
  prior?: Float32Array;
}

/** What a method may look at before an epoch. */
export interface EpochContext {
  hypothesis: Hypothesis;
  /** All samples as the model sees them now, evaluation mode. */
  embedding: Embedding;
  /** Random views of samples, as an image of the same thing might have been. */
  views: Views;
  /** Counted from 0. */
  epoch: number;
  epochs: number;
  random: Random;
  options: MethodOptions;
}

/** What one epoch minimises. */
export interface Objective {
  loss: TargetLoss;
  /** What the loss holds constant: see `AdaptationEpoch.hold`. */
  hold?: AdaptationEpoch['hold'];
  /** See `AdaptationEpoch.constants`; absent where the loss changes with the step. */
  constants?: AdaptationEpoch['constants'];
  /** The labels it draws the samples to, if it has any. */
  pseudo?: PseudoLabels;
  dispose(): void;
}

/**
 * A way to adapt F and B, or the reading of their outputs, to unlabelled samples. C is frozen in
 * all of them, and none looks at anything outside the site.
 */
export interface Method {
  readonly name: MethodName;
  /** Makes the objective of an epoch; a method without one takes no gradient steps. */
  objective?: (context: EpochContext) => Promise<Objective>;
  /**
   * Whether its loss shares the samples out evenly among the classes, by a term H(p̄): `untold` where
   * it does not once `prior` or `partial` say that they are shared out otherwise.
   */
  readonly even?: 'always' | 'untold';
  /** Moves the statistics of batch normalisation to the target's, once, without gradients. */
  readonly refresh?: boolean;
  /** Reads a stream's outputs in its own way (`t3a`); the weights stay the released ones. */
  readonly stream?: boolean;
}
