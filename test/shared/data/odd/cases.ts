import { expect } from 'vitest';
import type { ErrorCode } from '../../../../src/shared/errors.js';
import { loadDataset } from '../../../../src/shared/data/index.js';
import type { ExpectedInput } from '../../../../src/shared/data/types.js';
import { silent } from '../../../../src/shared/reporter.js';
import { refusal } from '../files.js';

/** What a reader has to make of an odd input: read it as it is meant, or say what is wrong with it. */
export type Outcome =
  | {
      /** All values, or the first few. */
      x?: number[];
      kind?: 'image' | 'table';
      shape?: number[];
      count?: number;
      /** The class of each sample, by name. */
      labels?: string[];
      columns?: string[];
      /** Missing cells per column. */
      missing?: number[];
      /** Words of each line that is said aloud, and no other line. */
      says?: RegExp[];
    }
  | { code: ErrorCode; message: RegExp; hint?: RegExp };

/** Loads what a notation names and holds it against what is expected. */
export async function expectOutcome(
  notation: string,
  outcome: Outcome,
  takes?: ExpectedInput,
): Promise<void> {
  if ('code' in outcome) {
    const refused = await refusal(() => loadDataset(notation, { takes }));
    expect(refused).toMatchObject({
      code: outcome.code,
      message: expect.stringMatching(outcome.message) as string,
    });
    if (outcome.hint) expect(refused.hint).toMatch(outcome.hint);
    return;
  }
  const said: string[] = [];
  const reporter = { ...silent, warn: (line: string) => void said.push(line) };
  const { x, labels, classNames, ...dataset } = await loadDataset(notation, { takes, reporter });
  const { x: values, labels: names, says = [], ...rest } = outcome;
  expect(dataset).toMatchObject(rest);
  if (values) expect([...x.subarray(0, values.length)]).toEqual(values.map(Math.fround));
  expect(labels && [...labels].map((label) => classNames?.[label])).toEqual(names);
  expect(said).toHaveLength(says.length);
  says.forEach((words, i) => expect(said[i]).toMatch(words));
}
