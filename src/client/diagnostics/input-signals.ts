import type { InputSpec } from '../../shared/preprocessing/input.js';
import { inputFigures, intensityHistogram, type Card } from '../../shared/model/card/index.js';
import type { Signals } from './signals.js';

/** Images that differ from the contract by less than this share of the grey scale never count as inverted. */
const UNLIKE = 0.15;

/**
 * How a site's inputs compare with the release's contract.
 * @param x normalised samples, `n × product(input.shape)`
 */
export function inputSignals(
  x: Float32Array,
  input: InputSpec,
  card: Card | undefined,
): Partial<Signals> {
  if (!card) return {};
  const own = inputFigures(x, input);
  const figures: Partial<Signals> = {
    meanShift: (own.mean - card.input.mean) / card.input.deviation,
    deviationRatio: own.deviation / card.input.deviation,
  };
  if (own.histogram && card.input.histogram && input.kind === 'image') {
    figures.histogramDistance = earthMover(own.histogram, card.input.histogram);
    figures.invertedDistance = earthMover([...own.histogram].reverse(), card.input.histogram);
    figures.invertedShare = invertedShare(x, input, card.input.histogram);
  }
  if (own.smoothness && card.input.smoothness) {
    const [a, b] = [own.smoothness, card.input.smoothness];
    figures.smoothness = Math.min(a[0] / b[0], a[1] / b[1]);
  }
  return figures;
}

/** Share of images whose grey levels, exchanged, lie less than half as far from the contract's. */
function invertedShare(
  x: Float32Array,
  input: Extract<InputSpec, { kind: 'image' }>,
  contract: readonly number[],
): number {
  const width = input.shape.reduce((a, b) => a * b, 1);
  let inverted = 0;
  for (let at = 0; at < x.length; at += width) {
    const own = intensityHistogram(x.subarray(at, at + width), input);
    const distance = earthMover(own, contract);
    if (distance >= UNLIKE && earthMover(own.reverse(), contract) < distance / 2) inverted++;
  }
  return inverted / (x.length / width);
}

/** Earth mover's distance of two histograms over 0..1. */
function earthMover(a: readonly number[], b: readonly number[]): number {
  let [carried, total] = [0, 0];
  a.forEach((share, i) => {
    carried += share - b[i]!;
    total += Math.abs(carried);
  });
  return total / a.length;
}
