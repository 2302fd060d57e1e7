import {
  classDistance,
  confidences,
  FEW_CLASSES,
  tempered,
  type Card,
} from '../../shared/model/card/index.js';
import { adjustedRand, balanced, naming } from './anchors.js';
import { isCalibrated } from './calibrated.js';
import { oddColumns } from './columns.js';
import { expectedChange } from './expected-change.js';
import { inputSignals } from './input-signals.js';
import { distance, labelShift, type LabelShift } from './label-shift.js';
import { argMaxRows, countsOf, effectiveNumber, effectiveRank, kappa } from './linear.js';
import type { Observations, Outlook } from './observations.js';
import { sampleFigures } from './samples.js';
import { estimatePrior, missingClasses } from './shift.js';
import type { Signals } from './signals.js';
import type { Variant } from './variants.js';

/** Takes every signal that the observations allow. */
export function signalsOf(observations: Observations): Signals {
  const shares = sharesOf(observations);
  const before = signalsOfSite(observations, shares);
  const { adapted } = observations;
  return adapted ? { ...before, ...signalsOfRun(observations, adapted, shares) } : before;
}

/** How the released model sees the shares of the classes. */
interface Shares {
  near: ReturnType<typeof nearness>;
  /** Calibrated probabilities of the released model, `n × K`. */
  calibrated: Float32Array;
  /** By its own answers, and by those that may be believed. */
  own: Float64Array;
  estimated: Float64Array;
  prior: readonly number[];
  answered?: LabelShift;
}

function sharesOf(observations: Observations): Shares {
  const { released, refreshed, card, classes: K } = observations;
  const prior = card?.prior ?? new Array<number>(K).fill(1 / K);
  const T = card?.temperature ?? 1;
  const near = nearness(observations);
  const calibrated = tempered(released.p, K, T);
  const own = estimatePrior(calibrated, prior);
  // refreshing evens the classes out, but knows more of images that lie far
  const trusted = near.strict || isCalibrated(near);
  const estimated = trusted ? own : estimatePrior(tempered(refreshed.p, K, T), prior);
  const answered = card && labelShift(argMaxRows(released.p, K), own, card);
  return { near, calibrated, own, estimated, prior, answered };
}

/** How near the samples lie to the provider's, and what the released model makes of them. */
function nearness(observations: Observations) {
  const { released, refreshed, card, classes: K, input } = observations;
  const above = (p: Float32Array): number | undefined =>
    card && shareAbove(confidences(tempered(p, K, card.temperature), K), card.confidenceThreshold);
  const strict = input.kind === 'table' || K <= FEW_CLASSES;
  return {
    strict,
    described: card && describedClasses(card),
    ...(strict && card && { refreshedError: errorOfDifference(observations, card) }),
    distance:
      card?.features && classDistance(released.features, card.features) / card.features.distance,
    estimatedAccuracy: above(released.p),
    estimatedRefreshed: above(refreshed.p),
  };
}

function signalsOfSite(observations: Observations, shares: Shares): Signals {
  const { x, input, card, released, refreshed, moved, variants, total, classes: K } = observations;
  const { near, answered, estimated, prior } = shares;
  const D = released.features.length / (released.p.length / K);
  const [ofReleased, ofRefreshed] = [argMaxRows(released.p, K), argMaxRows(refreshed.p, K)];
  return {
    perClass: total / K,
    samples: sampleFigures(x, input),
    ...near,
    ...inputSignals(x, input, card),
    answered,
    informed: observations.informed,
    columns: oddColumns(x, input, observations.missing),
    asIs: variants[0],
    bestReading: best(variants),
    releasedClasses: effectiveNumber(countsOf(ofReleased, K)),
    refreshedClasses: effectiveNumber(countsOf(ofRefreshed, K)),
    labelShift: distance(estimated, prior),
    missing: missingClasses(estimated, prior, total),
    refreshedViews: kappa(ofRefreshed, argMaxRows(moved.refreshed.p, K), K),
    releasedRefreshed: kappa(ofReleased, ofRefreshed, K),
    rank: effectiveRank(released.features, D),
  };
}

/** What an adaptation adds, each figure tied back to what the released model sees. */
function signalsOfRun(
  observations: Observations,
  adapted: Outlook,
  { answered, calibrated, estimated, own }: Shares,
): Partial<Signals> {
  const { released, refreshed, moved, card, classes: K, givenPrior } = observations;
  const [ofReleased, ofRefreshed] = [argMaxRows(released.p, K), argMaxRows(refreshed.p, K)];
  const ofAdapted = argMaxRows(adapted.p, K);
  const ofMoved = moved.adapted && argMaxRows(moved.adapted.p, K);
  const counts = countsOf(ofAdapted, K);
  const shares = counts.map((n) => n / ofAdapted.length);
  const fair = argMaxRows(balanced(refreshed.p, shares), K);
  const sure = surerHalf(refreshed.p, K);
  const pick = (of: Int32Array): Int32Array => Int32Array.from(sure, (i) => of[i]!);
  return {
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
    expected: card && expectedChange(calibrated, ofReleased, ofAdapted, own, card),
    sharesGap: answered && distance(answered.shares, shares),
    toldGap: givenPrior && distance(givenPrior, shares),
    adaptedRank: effectiveRank(adapted.features, adapted.features.length / ofAdapted.length),
    naming: card?.features && naming(released.features, ofAdapted, card.features),
    namingRefreshed: card?.features && naming(refreshed.features, ofAdapted, card.features),
  };
}

/** The samples of which a model is surer than of the median one. */
function surerHalf(p: Float32Array, K: number): number[] {
  const confidence = confidences(p, K);
  const median = Float32Array.from(confidence).sort()[confidence.length >> 1]!;
  return [...confidence.keys()].filter((i) => confidence[i]! >= median);
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
function errorOfDifference({ released, refreshed, classes: K }: Observations, card: Card): number {
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
