import { classDistance, confidences, tempered, type Card } from '../../shared/model/card/index.js';
import type { InputSpec } from '../../shared/preprocessing/input.js';
import { adjustedRand, balanced, naming, type Naming } from './anchors.js';
import { isCalibrated } from './calibrated.js';
import { columnFigures, type ColumnFigures } from './columns.js';
import { expectedChange, type ExpectedChange } from './expected-change.js';
import { inputSignals } from './input-signals.js';
import { distance, labelShift, type LabelShift } from './label-shift.js';
import { argMaxRows, countsOf, effectiveNumber, effectiveRank, kappa } from './linear.js';
import { sampleFigures, type SampleFigures } from './samples.js';
import { estimatePrior, missingClasses } from './shift.js';
import type { Variant } from './variants.js';

/** Up to so many, evening out the classes can cost more than it wins at any shift of their shares. */
export const FEW_CLASSES = 5;

/** What a model says of the looked-at samples: `features` n × D, `p` n × K, row-major. */
export interface Outlook {
  features: Float32Array;
  p: Float32Array;
}

/** The same samples through the released model, with refreshed batch statistics, and adapted. */
export interface Evidence {
  x: Float32Array;
  input: InputSpec;
  classes: number;
  /** Samples at the site, of which `x` may be a part. */
  total: number;
  released: Outlook;
  refreshed: Outlook;
  adapted?: Outlook;
  /** The same through randomly moved samples. */
  moved: { refreshed: Outlook; adapted?: Outlook };
  card?: Card;
  /** Shares of the classes that the site knows of. */
  told?: ArrayLike<number>;
  /** Whether the method evens out no classes: it was told of them, or any may be absent. */
  informed?: boolean;
  /** Tables: share of the cells of each column that were filled in. */
  missing?: readonly number[];
  /** The samples as they are, then read in other ways; empty for tables and without a card. */
  variants: Variant[];
}

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
  /** Whether adapting was told how the classes are shared out, or that some may be absent. */
  informed?: boolean;
  /** Classes whose answers and features the card describes. */
  described?: number;
  /** How the classes are shared out by the released model's answers; nothing where the card says too little. */
  answered?: LabelShift;
  /** Columns of a table that are not like the provider's. */
  columns?: ColumnFigures[];
  /** exp(entropy) of the predicted classes. */
  releasedClasses: number;
  refreshedClasses: number;
  /**
   * Total variation between the card's prior and the one estimated from the released model's
   * predictions where they may be believed, else from refreshed ones.
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
  /** The same for shares that the site has told. */
  toldGap?: number;
  rank: number;
  adaptedRank?: number;
  naming?: Naming;
  namingRefreshed?: Naming;
}

/** Takes every signal that the evidence allows. */
export function signalsOf(evidence: Evidence): Signals {
  const { released, refreshed, adapted, moved, card, classes: K } = evidence;
  const D = released.features.length / (released.p.length / K);
  const prior = card?.prior ?? new Array<number>(K).fill(1 / K);
  const T = card?.temperature ?? 1;
  const [ofReleased, ofRefreshed] = [argMaxRows(released.p, K), argMaxRows(refreshed.p, K)];
  const above = (p: Float32Array): number | undefined =>
    card && shareAbove(confidences(tempered(p, K, T), K), card.confidenceThreshold);
  const strict = evidence.input.kind === 'table' || K <= FEW_CLASSES;
  const near = {
    strict,
    described: card && describedClasses(card),
    ...(strict && card && { refreshedError: errorOfDifference(evidence, card) }),
    distance:
      card?.features && classDistance(released.features, card.features) / card.features.distance,
    estimatedAccuracy: above(released.p),
    estimatedRefreshed: above(refreshed.p),
  };
  const calibrated = tempered(released.p, K, T);
  const ownShares = estimatePrior(calibrated, prior);
  // refreshing evens the classes out, but knows more of images that lie far
  const trusted = strict || isCalibrated(near);
  const estimated = trusted ? ownShares : estimatePrior(tempered(refreshed.p, K, T), prior);
  const answered = card && labelShift(ofReleased, ownShares, card);
  const before: Signals = {
    perClass: evidence.total / K,
    samples: sampleFigures(evidence.x, evidence.input),
    ...near,
    ...inputSignals(evidence.x, evidence.input, evidence.card),
    answered,
    informed: evidence.informed,
    columns: columnFigures(evidence.x, evidence.input, evidence.missing),
    asIs: evidence.variants[0],
    bestReading: best(evidence.variants),
    releasedClasses: effectiveNumber(countsOf(ofReleased, K)),
    refreshedClasses: effectiveNumber(countsOf(ofRefreshed, K)),
    labelShift: distance(estimated, prior),
    missing: missingClasses(estimated, prior, evidence.total),
    refreshedViews: kappa(ofRefreshed, argMaxRows(moved.refreshed.p, K), K),
    releasedRefreshed: kappa(ofReleased, ofRefreshed, K),
    rank: effectiveRank(released.features, D),
  };
  if (!adapted) return before;
  const ofAdapted = argMaxRows(adapted.p, K);
  const ofMoved = moved.adapted && argMaxRows(moved.adapted.p, K);
  const counts = countsOf(ofAdapted, K);
  const shares = counts.map((n) => n / ofAdapted.length);
  const fair = argMaxRows(balanced(refreshed.p, shares), K);
  const confidence = confidences(refreshed.p, K);
  const median = Float32Array.from(confidence).sort()[confidence.length >> 1]!;
  const sure = [...confidence.keys()].filter((i) => confidence[i]! >= median);
  const pick = (of: Int32Array): Int32Array => Int32Array.from(sure, (i) => of[i]!);
  return {
    ...before,
    adaptedClasses: effectiveNumber(counts),
    smallestClass: Math.min(...shares),
    adaptedViews: ofMoved && kappa(ofAdapted, ofMoved, K),
    steadiness: ofMoved && sameShare(ofAdapted, ofMoved) / (card?.steadiness ?? 1),
    keptAnswers: sameShare(ofAdapted, ofReleased),
    agreementReleased: kappa(ofReleased, ofAdapted, K),
    agreementRefreshed: kappa(ofRefreshed, ofAdapted, K),
    agreementBalanced: kappa(fair, ofAdapted, K),
    confidentAgreement: kappa(pick(ofRefreshed), pick(ofAdapted), K),
    randRefreshed: adjustedRand(ofRefreshed, ofAdapted, K),
    priorGap: distance(estimated, shares),
    expected: card && expectedChange(calibrated, ofReleased, ofAdapted, ownShares, card),
    sharesGap: answered && distance(answered.shares, shares),
    toldGap: evidence.told && distance(evidence.told, shares),
    adaptedRank: effectiveRank(adapted.features, D),
    naming: card?.features && naming(released.features, ofAdapted, card.features),
    namingRefreshed: card?.features && naming(refreshed.features, ofAdapted, card.features),
  };
}

const sameShare = (a: Int32Array, b: Int32Array): number =>
  a.filter((k, i) => k === b[i]).length / a.length;

const best = (variants: Variant[]): Variant | undefined =>
  [...variants].sort(
    (a, b) => (a.distance ?? 0) - (b.distance ?? 0) || b.estimatedAccuracy - a.estimatedAccuracy,
  )[0];

/** Classes of which a card has both the answers and the features. */
const describedClasses = ({ confusion, features }: Card): number =>
  (features?.mean ?? []).filter((row, k) => row !== null && confusion?.[k]).length;

/** Standard error of the difference between the two estimates of accuracy, of the same samples. */
function errorOfDifference({ released, refreshed, classes: K }: Evidence, card: Card): number {
  const sure = ({ p }: Outlook): Float32Array =>
    confidences(tempered(p, K, card.temperature), K).map((c) =>
      Number(c >= card.confidenceThreshold),
    );
  const [before, after] = [sure(released), sure(refreshed)];
  const n = before.length;
  const changed = before.filter((v, i) => v !== after[i]).length / n;
  const difference = before.reduce((s, v, i) => s + after[i]! - v, 0) / n;
  return Math.sqrt(Math.max(0, changed - difference ** 2) / n);
}

const shareAbove = (values: Float32Array, threshold: number): number =>
  values.filter((v) => v >= threshold).length / values.length;
