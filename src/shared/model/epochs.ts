import { setImmediate } from 'node:timers/promises';
import { dispose, keep, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';
import type { Random, Streams } from '../random.js';
import { batches, inOrder } from './batches.js';
import { learningRate } from './schedule.js';

/** How many samples are visited how often, and how fast the learning rate falls. */
export interface Plan {
  samples: number;
  batch: number;
  epochs: number;
  /** lr₀ of the schedule. */
  lr: number;
  random: Random;
  /** False visits the samples in their own order. */
  shuffle: boolean;
}

export interface Step {
  /** Sample numbers of the mini-batch. */
  index: Int32Array;
  /** Learning rate at this iteration. */
  lr: number;
  /** Iterations so far, this one included, over those of the whole plan: in (0, 1]. */
  progress: number;
  /** The stream for this step's dropout and augmentation. */
  random: Random;
}

/** Mini-batches in an epoch. */
export const stepsPerEpoch = ({ samples, batch }: Plan): number =>
  batches(inOrder(samples), batch).length;

/**
 * The steps of one epoch. Order, learning rate and random streams depend on the plan and on the
 * epoch's number alone, so a resumed run takes the same steps as an uninterrupted one.
 */
export function stepsOf(plan: Plan, epoch: number): Step[] {
  const { samples, batch, epochs, lr, shuffle } = plan;
  const random = plan.random.fork('epoch', epoch);
  const order = shuffle ? random.fork('order').permutation(samples) : inOrder(samples);
  const list = batches(order, batch);
  return list.map((index, k) => {
    const iteration = epoch * list.length + k + 1;
    return {
      index,
      lr: learningRate(lr, iteration, epochs * list.length),
      progress: iteration / (epochs * list.length),
      random: random.fork('step', k),
    };
  });
}

/** What the steps of an epoch see, read ahead where it is read: see `Samples.steps`. */
export type StepInput = (steps: readonly Step[]) => AsyncIterable<Tensor[]>;

/**
 * The steps of one epoch, each with what it sees, which is disposed after it. Gives way to the event
 * loop before each step, so that Ctrl-C is heard.
 *
 * @throws the signal's reason once it is aborted, and what `input` throws
 */
export async function* epochSteps(
  plan: Plan,
  epoch: number,
  input: StepInput,
  signal?: AbortSignal,
): AsyncGenerator<{ step: Step; seen: Tensor[] }> {
  const steps = stepsOf(plan, epoch);
  let k = 0;
  for await (const seen of input(steps)) {
    try {
      await setImmediate();
      signal?.throwIfAborted();
      yield { step: steps[k++]!, seen };
    } finally {
      dispose(seen);
    }
  }
}

/**
 * The streams of the step that is being taken: for a computation that is written down once and
 * repeated, and draws from each step's own.
 */
export class CurrentStep {
  private step: Step | undefined;

  is(step: Step): void {
    this.step = step;
  }

  /** @param name a stream beside the step's own */
  streams(name?: string): Streams {
    return {
      fork: (...keys) => {
        const { random } = this.step!;
        return (name === undefined ? random : random.fork(name)).fork(...keys);
      },
    };
  }
}

/** Collects scalars on the device during an epoch and reads their means once, at its end. */
export class Trace<Name extends string> {
  private rows: Tensor[] = [];

  constructor(private readonly names: readonly Name[]) {}

  /** Call inside the step, with the values in the names' order. */
  add(values: Tensor1D): void {
    this.rows.push(keep(values));
  }

  /** Every step's values so far, step by step; empties the trace. */
  async read(): Promise<Record<Name, number>[]> {
    const rows = this.rows;
    this.rows = [];
    const read = await Promise.all(rows.map((row) => row.data()));
    for (const row of rows) row.dispose();
    return read.map(
      (row) =>
        Object.fromEntries(this.names.map((name, i) => [name, row[i]])) as Record<Name, number>,
    );
  }

  /** Mean of each value over the steps since the last read. */
  async means(): Promise<Record<Name, number>> {
    const rows = await this.read();
    const mean = (name: Name) => rows.reduce((total, row) => total + row[name], 0) / rows.length;
    return Object.fromEntries(this.names.map((name) => [name, mean(name)])) as Record<Name, number>;
  }
}
