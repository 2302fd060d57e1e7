import { describe, expect, it } from 'vitest';
import { noteEpoch, recordOf } from '../../../src/client/adaptation/epoch-record.js';
import { silent, type RunEvent } from '../../../src/shared/reporter.js';

const step = (total: number, terms: Record<string, number>) => ({ total, terms });

describe('recordOf', () => {
  it('has the means of a step and of its terms, and no others', () => {
    const steps = [step(1, { pull: 2, push: 0 }), step(3, { pull: 4, push: 1 })];
    expect(recordOf(4, steps, undefined, undefined)).toEqual({
      epoch: 5,
      loss: 2,
      terms: { pull: 3, push: 0.5 },
    });
  });

  it("has SHOT's terms besides under the names that version 0.1 gave them", () => {
    const terms = { entropy: 1, diversity: 2, pseudoCe: 3, hardSquared: 4 };
    const record = recordOf(0, [step(0, terms)], undefined, undefined);
    expect(record).toEqual({ epoch: 1, loss: 0, terms, entropy: 1, diversity: 2, pseudoCe: 3 });
  });

  it('says by how much pseudo-labels differ from the model and from the epoch before', () => {
    const pseudo = {
      labels: Int32Array.of(0, 1, 2, 2),
      rounds: [Int32Array.of(0, 1, 2, 0), Int32Array.of(0, 1, 2, 2)],
    };
    const previous = Int32Array.of(1, 0, 2, 2);
    expect(recordOf(0, [step(0, {})], pseudo, previous)).toMatchObject({
      pseudoLabelAgreement: 0.75,
      pseudoLabelChanged: 0.5,
    });
  });

  it.each([NaN, Infinity])('refuses a loss of %f', (total) => {
    expect(() => recordOf(1, [step(total, {})], undefined, undefined)).toThrow('in epoch 2');
  });
});

it('noteEpoch tells programs the loss with its terms', () => {
  const events: RunEvent[] = [];
  const reporter = { ...silent, event: (event: RunEvent) => void events.push(event) };
  const record = { epoch: 1, loss: 2, terms: { pull: 3 }, accuracy: 0.5 };
  noteEpoch(silent.task('adapt', 1), reporter, record, 8);
  expect(events).toEqual([
    {
      type: 'epoch',
      phase: 'adapt',
      epoch: 1,
      epochs: 8,
      terms: { loss: 2, pull: 3 },
      accuracy: 0.5,
    },
  ]);
});
