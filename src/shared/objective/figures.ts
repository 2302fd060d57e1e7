import { keep, type Scalar, type Tensor1D } from '@tensorflow/tfjs-core';
import { FedshotError } from '../errors.js';
import type { Loss } from './terms.js';

/** What a step came to: what it minimised, and the terms of its loss. */
export interface StepFigures<Term extends string = string> {
  total: number;
  terms: Record<Term, number>;
}

/**
 * Collects the total and the terms of each step on the device, and reads them once, at the end of an epoch.
 * Which terms there are is learnt from the first step and stays so: a replayed step does not call the loss.
 */
export class Figures {
  #names: readonly string[] | undefined;
  #rows: Tensor1D[] = [];

  /** @param known names of the terms that there may be */
  constructor(private readonly known: readonly string[]) {}

  /**
   * Puts a loss into the order of the figures.
   * @throws FedshotError `usage` for terms that are not named, or are others than in the step before
   */
  of({ total, terms }: Loss): Scalar[] {
    this.#names ??= this.checked(Object.keys(terms));
    const values = this.#names.flatMap((name) => terms[name] ?? []);
    if (values.length !== this.#names.length || values.length !== Object.keys(terms).length)
      throw new FedshotError('usage', 'a loss reports other terms than in the step before', {
        hint: `in this epoch they are ${this.#names.join(', ')}`,
      });
    return [total, ...values];
  }

  /** Call inside the step, with the values of what {@link of} has returned. */
  add(values: Tensor1D): void {
    this.#rows.push(keep(values));
  }

  /** The figures of every step so far. */
  async read(): Promise<StepFigures[]> {
    const names = this.#names ?? [];
    const rows = await Promise.all(this.#rows.map((row) => row.data()));
    return rows.map(([total, ...values]) => ({
      total: total!,
      terms: Object.fromEntries(names.map((name, i) => [name, values[i]!])),
    }));
  }

  dispose(): void {
    for (const row of this.#rows) row.dispose();
    this.#rows = [];
  }

  private checked(names: string[]): string[] {
    const unknown = names.find((name) => !this.known.includes(name));
    if (unknown === undefined) return names;
    throw new FedshotError('usage', `the loss reports a term "${unknown}" that is not named`, {
      hint: `the method's definition names ${this.known.join(', ') || 'none'}`,
    });
  }
}
