import { describe, expect, it } from 'vitest';
import { batches, inOrder } from '../../../src/shared/model/batches.js';
import { refusal } from '../data/files.js';

describe('batches', () => {
  it('are runs of the order, a last one of one left out', () => {
    expect(batches(inOrder(5), 2).map((batch) => [...batch])).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(batches(inOrder(5), 3).map((batch) => [...batch])).toEqual([
      [0, 1, 2],
      [3, 4],
    ]);
  });

  it('of one are refused with the reason', async () => {
    expect(await refusal(() => batches(inOrder(5), 1))).toMatchObject({
      code: 'usage',
      message: '--batch 1: batch normalisation needs two samples at a time',
    });
  });
});
