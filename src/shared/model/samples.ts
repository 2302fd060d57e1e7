import type { Tensor } from '@tensorflow/tfjs-core';
import type { Step } from './epochs.js';

/** Which samples are taken, and what is drawn for them. */
export type Drawn = Pick<Step, 'index' | 'random'>;

/** How samples are changed at random before a training step; `none` takes them as they are looked at. */
export type StepViews = 'none' | 'affine' | 'crop-rotate' | 'crop' | 'crop-flip';

/** What a pass over samples yields: a batch as it is looked at. */
export interface Look {
  /** `[n, …]`, normalised; whoever takes it disposes it. */
  readonly x: Tensor;
  /** Positions in what was asked for; all of them, but for pictures that cannot be read. */
  readonly kept: Int32Array;
}

/**
 * Samples as a model takes them: held on the engine, or read when they are needed. Labels stand
 * beside them.
 */
export interface Samples {
  readonly count: number;
  /** Shape of one. */
  readonly shape: readonly number[];
  /** One pass for looking: evaluation views in order, of all samples or of these. */
  look(index?: Int32Array): AsyncIterable<Look>;
  /**
   * What each step of an epoch sees: its samples as `how` changes them, then `more` further views of
   * the same. Whoever takes the tensors disposes them.
   */
  steps(steps: readonly Drawn[], how: StepViews, more?: number): AsyncIterable<Tensor[]>;
  /** These samples alone. Whoever asks disposes them, before these. */
  only(index: Int32Array): Samples;
  /** The same samples, each moved a little, always in the same way. Whoever asks disposes them, before these. */
  nearby(): Samples;
  /** Normalised values in host memory, of these samples; of as many as fit, evenly spaced, without. */
  values(index?: Int32Array): Promise<Float32Array>;
  dispose(): void;
}

/** Samples per pass for looking, at most. */
const MOST_LOOKED_AT = 512;
/** Memory that such a pass may take for activations, bytes. */
const LOOK_BYTES = 512 * 2 ** 20;
/** Activations that live at once, over the input: the first stages of a ResNet. */
const ACTIVATIONS = 16;

/** Samples per pass for looking: as many as the memory is good for. */
export function lookBatch(shape: readonly number[]): number {
  const bytes = 4 * shape.reduce((a, b) => a * b, 1) * ACTIVATIONS;
  return Math.max(1, Math.min(MOST_LOOKED_AT, Math.floor(LOOK_BYTES / bytes)));
}

/** `most` of 0..n−1 at most, evenly spaced. */
export const evenly = (n: number, most: number): Int32Array => {
  const count = Math.min(n, most);
  return Int32Array.from({ length: count }, (_, i) => Math.floor((i * n) / count));
};
