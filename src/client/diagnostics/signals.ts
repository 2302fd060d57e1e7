import type { Naming } from './anchors.js';
import type { OddColumn } from './columns.js';
import type { ExpectedChange } from './expected-change.js';
import type { LabelShift } from './label-shift.js';
import type { SampleFigures } from './samples.js';
import type { Variant } from './variants.js';

/** Figures of a site's data, none of which needs a label. */
export interface Signals {
  /** What the samples promise as they are, and the reading that promises most. */
  asIs?: Variant;
  bestReading?: Variant;
  /** How far released features lie from released classes, over the provider's own samples. */
  distance?: number;
  /** Samples per class that the model has. */
  perClass: number;
  /** What is wrong with single samples. */
  samples?: SampleFigures;
  /** Earth mover's distance between intensity histograms, in shares of the grey scale; and inverted. */
  histogramDistance?: number;
  invertedDistance?: number;
  /** Share of the images that, each by itself, look inverted against the contract. */
  invertedShare?: number;
  /** Difference of the means and ratio of the deviations of what the model is fed. */
  meanShift?: number;
  deviationRatio?: number;
  /** Correlation of neighbouring pixels over the card's, the smaller of the two directions. */
  smoothness?: number;
  /** Estimated accuracy before adapting (ATC, Garg et al. 2022), released and refreshed. */
  estimatedAccuracy?: number;
  estimatedRefreshed?: number;
  /** Standard error of their difference; taken where the classes are few or the samples a table. */
  refreshedError?: number;
  /**
   * Whether the classes are few or the samples rows of a table: adapting evens the classes out, and
   * nothing but the released model's own answers tells that from a shift that it makes up for.
   */
  strict?: boolean;
  /** Whether adapting was given the shares of the classes, or that some may be absent. */
  informed?: boolean;
  /** Classes whose answers and features the card describes. */
  described?: number;
  /** Class shares by the released model's answers; undefined where the card says too little. */
  answered?: LabelShift;
  /** Columns of a table that are not like the provider's. */
  columns?: OddColumn[];
  /** exp(entropy) of the predicted classes. */
  releasedClasses: number;
  refreshedClasses: number;
  /**
   * Total variation between the card's prior and the one estimated from the released model's
   * predictions where these are reliable, else from refreshed ones.
   */
  labelShift: number;
  /** Classes that seem to be missing, by the same estimate. */
  missing?: number[];
  /** κ of refreshed predictions between samples and their moved views. */
  refreshedViews: number;
  /** Agreement of the released and refreshed models, κ. */
  releasedRefreshed: number;
  /** With `adapted`: */
  adaptedClasses?: number;
  smallestClass?: number;
  adaptedViews?: number;
  /** Share of samples that keep the released model's answer. */
  keptAnswers?: number;
  agreementReleased?: number;
  agreementRefreshed?: number;
  agreementBalanced?: number;
  confidentAgreement?: number;
  /** Share of moved samples that keep their adapted class, over the card's. */
  steadiness?: number;
  randRefreshed?: number;
  priorGap?: number;
  /** Accuracy of the adapted answers less that of the released ones, as the released model expects it. */
  expected?: ExpectedChange;
  /** Total variation between the adapted answers and the shares that the released ones speak for. */
  sharesGap?: number;
  /** The same for shares that the site has given. */
  toldGap?: number;
  rank: number;
  adaptedRank?: number;
  naming?: Naming;
  namingRefreshed?: Naming;
}
