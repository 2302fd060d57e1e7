import type { Embedding } from '../model/embed.js';
import type { Hypothesis } from '../model/hypothesis.js';
import type { Random } from '../random.js';
import type { PseudoLabels } from './pseudo-labels.js';
import type { AdaptationEpoch, TargetLoss } from './target.js';

/** Settings that every method is given beside its own options. */
export interface SharedSettings {
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

/** What a method may look at before an epoch. There is no label in it. */
export interface EpochContext<Options = unknown> {
  hypothesis: Hypothesis;
  /** All samples as the model sees them now, evaluation mode. */
  embedding: Embedding;
  /** Counted from 0. */
  epoch: number;
  epochs: number;
  random: Random;
  settings: SharedSettings;
  /** The method's own options, as its schema has made them. */
  options: Options;
}

/** What one epoch minimises. */
export interface Objective {
  loss: TargetLoss;
  /** Random views of its samples that each step needs besides (`TargetBatch.views`); none unless said. */
  views?: number;
  /** What the loss holds constant: see `AdaptationEpoch.hold`. */
  hold?: AdaptationEpoch['hold'];
  /** See `AdaptationEpoch.constants`; absent where the loss changes with the step. */
  constants?: AdaptationEpoch['constants'];
  /** The labels it draws the samples to, if it has any. */
  pseudo?: PseudoLabels;
  dispose(): void;
}
