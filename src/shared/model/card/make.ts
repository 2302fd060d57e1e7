import type { InputSpec } from '../../preprocessing/input.js';
import { LEAST_ROWS } from '../../preprocessing/rounding.js';
import type { Ops } from '../../engine/ops.js';
import { embed, outputsOf, type Outputs } from '../embed.js';
import { Hypothesis } from '../hypothesis.js';
import type { Samples } from '../samples.js';
import type { Architecture } from '../architecture.js';
import type { StateDict } from '../state.js';
import { atcThreshold, confidences, fitTemperature, tempered } from './calibrate.js';
import { inputFigures } from './inputs.js';
import { ownDistance } from './distance.js';
import { CONFIDENCE_BINS, minimumCountFor, type Card } from './schema.js';

export interface CardSource {
  architecture: Architecture;
  input: InputSpec;
  /** The weights that are published. */
  state: StateDict;
  /** What they make of the held-out samples, where that is known. */
  seen?: Outputs;
  ops: Ops;
  /** Held-out samples with their labels. */
  heldOut: { samples: Samples; labels: Int32Array };
  /** Labels that the model was trained on. */
  trainLabels: Int32Array;
}

/**
 * The card of a model, from held-out data.
 *
 * @param minimumCount samples that a class needs before anything is said of it alone
 */
export async function makeCard(
  { architecture, input, state, ops, heldOut, trainLabels, seen }: CardSource,
  minimumCount = minimumCountFor(input, architecture.classes),
): Promise<Card> {
  const { classes: K, bottleneck: D } = architecture;
  const { samples, labels } = heldOut;
  const hypothesis = new Hypothesis(architecture, ops, state);
  const outputs = async (of: Samples): Promise<Outputs> => outputsOf(await embed(hypothesis, of));
  const nearby = samples.nearby();
  try {
    const { features, p } = seen ?? (await outputs(samples));
    const { p: moved } = await outputs(nearby);
    const inputs = inputFigures(await samples.values(), input);
    return figures({ features, p, moved, K, D, labels, inputs, trainLabels, minimumCount });
  } finally {
    nearby.dispose();
    hypothesis.dispose();
  }
}

interface Figures {
  features: Float32Array;
  p: Float32Array;
  /** Probabilities for moved views. */
  moved: Float32Array;
  K: number;
  D: number;
  labels: Int32Array;
  inputs: Card['input'];
  trainLabels: Int32Array;
  minimumCount: number;
}

function figures(given: Figures): Card {
  const { features, p, moved, K, D, labels, inputs, trainLabels, minimumCount } = given;
  const count = labels.length;
  const temperature = fitTemperature(p, labels, K);
  const confidence = confidences(tempered(p, K, temperature), K);
  const counts = histogram(labels, K);
  const classOf = (q: Float32Array, i: number): number => argMax(q.subarray(i * K, (i + 1) * K));
  const guesses = Int32Array.from(labels, (_, i) => classOf(p, i));
  const steady = guesses.filter((guess, i) => guess === classOf(moved, i)).length;
  const accuracy = guesses.filter((guess, i) => guess === labels[i]).length / count;
  const confusion = Array.from({ length: K }, () => new Array<number>(K).fill(0));
  labels.forEach((k, i) => confusion[k]![guesses[i]!]!++);
  const enough = (k: number): boolean => counts[k]! >= minimumCount;
  const perClass = <T>(of: (k: number) => T): (T | null)[] =>
    counts.map((_, k) => (enough(k) ? of(k) : null));
  const moments = counts.map((n, k) =>
    enough(k) ? classMoments(features, labels, k, n, D) : null,
  );
  const mean = moments.map((m) => m && m.mean.map(short));
  const variance = moments.map((m) => m && m.variance.map(short));
  return {
    samples: count,
    minimumCount,
    prior: sharesOf(histogram(trainLabels, K)),
    temperature: short(temperature),
    confidenceThreshold: short(atcThreshold(confidence, accuracy)),
    steadiness: short(steady / count),
    confidence: bins(confidence).map((n) => short(n / count)),
    input: {
      ...inputs,
      mean: short(inputs.mean),
      deviation: short(inputs.deviation),
      ...(inputs.histogram && { histogram: inputs.histogram.map(short) }),
      ...(inputs.smoothness && {
        smoothness: [short(inputs.smoothness[0]), short(inputs.smoothness[1])],
      }),
    },
    confusion: perClass((k) => confusion[k]!.map((n) => short(n / counts[k]!))),
    ...(moments.some((m) => m) && {
      features: {
        mean,
        variance,
        distance: short(ownDistance(features, labels, counts, { mean, variance })),
      },
    }),
  };
}

function classMoments(
  features: Float32Array,
  labels: Int32Array,
  k: number,
  n: number,
  D: number,
): { mean: number[]; variance: number[] } {
  const [sum, squares] = [new Array<number>(D).fill(0), new Array<number>(D).fill(0)];
  labels.forEach((label, i) => {
    if (label !== k) return;
    for (let d = 0; d < D; d++) {
      const v = features[i * D + d]!;
      sum[d]! += v;
      squares[d]! += v * v;
    }
  });
  const mean = sum.map((s) => s / n);
  return { mean, variance: squares.map((s, d) => Math.max(0, s / n - mean[d]! ** 2)) };
}

const histogram = (labels: Int32Array, K: number): number[] => {
  const counts = new Array<number>(K).fill(0);
  for (const k of labels) counts[k]!++;
  return counts;
};

const bins = (values: Float32Array): number[] =>
  histogram(
    Int32Array.from(values, (v) => Math.min(CONFIDENCE_BINS - 1, Math.floor(v * CONFIDENCE_BINS))),
    CONFIDENCE_BINS,
  );

const argMax = (row: Float32Array): number => row.indexOf(row.reduce((a, b) => Math.max(a, b)));

/** Shares of the classes; one of fewer than ten samples counts as ten, so that no person is counted. */
function sharesOf(counts: readonly number[]): number[] {
  const shown = counts.map((n) => (n === 0 ? 0 : Math.max(n, LEAST_ROWS)));
  const all = shown.reduce((a, b) => a + b, 0);
  return shown.map((n) => short(n / all));
}

/** Three digits are enough to compare with, and no sample can be read from what is left out. */
const short = (value: number): number => Number(value.toPrecision(3));
