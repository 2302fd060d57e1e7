import { describe, expect, it } from 'vitest';
import { boxOf, fill } from '../../../src/shared/preprocessing/fill.js';
import type { Dataset } from '../../../src/shared/data/types.js';

const [H, W] = [12, 10];
/** A bright rectangle on black: first and last row and column. */
const block = (top: number, bottom: number, left: number, right: number): Dataset => ({
  source: 'test',
  kind: 'image',
  shape: [1, H, W],
  count: 1,
  x: Float32Array.from({ length: H * W }, (_, i) => {
    const [row, column] = [Math.floor(i / W), i % W];
    return row >= top && row <= bottom && column >= left && column <= right ? 1 : 0;
  }),
});

describe('boxOf', () => {
  it('is where something is seen, and the whole frame where nothing is', () => {
    expect(boxOf(block(2, 5, 3, 4).x, [1, H, W])).toEqual({ top: 2, bottom: 5, left: 3, right: 4 });
    const whole = { top: 0, bottom: H - 1, left: 0, right: W - 1 };
    expect(boxOf(new Float32Array(H * W), [1, H, W])).toEqual(whole);
  });

  it('minds no faint dirt beside it', () => {
    const { x } = block(4, 6, 4, 6);
    x[0] = 0.15;
    expect(boxOf(x, [1, H, W])).toMatchObject({ top: 4, left: 4 });
  });

  it('is one box for all channels', () => {
    const x = Float32Array.from([...block(1, 2, 5, 5).x, ...block(4, 7, 2, 3).x]);
    expect(boxOf(x, [2, H, W])).toEqual({ top: 1, bottom: 7, left: 2, right: 5 });
  });
});

describe('fill', () => {
  it('leaves images as they are that fill their frame', () => {
    const whole = block(0, H - 1, 4, 5);
    expect(fill(whole)).toEqual(whole);
  });

  it.each([
    ['the height', block(6, 11, 0, 1), 2],
    ['the width', block(0, 2, 5, 9), 2],
  ])('enlarges to %s, to the middle, in proportion', (_, given, factor) => {
    const before = boxOf(given.x, [1, H, W]);
    const after = boxOf(fill(given).x, [1, H, W]);
    expect(after.top + after.bottom).toBe(H - 1);
    expect(after.left + after.right).toBe(W - 1);
    for (const [from, to] of [
      ['top', 'bottom'],
      ['left', 'right'],
    ] as const) {
      const length = (after[to] - after[from] + 1) / (before[to] - before[from] + 1);
      // bilinear edges are a fraction of a pixel wide on either side
      expect(Math.abs(length - factor)).toBeLessThanOrEqual(1);
    }
    const longest = Math.max(
      (after.bottom - after.top + 1) / H,
      (after.right - after.left + 1) / W,
    );
    expect(longest).toBe(1);
  });

  it('makes the same of an image wherever it lies', () => {
    const corner = fill(block(0, 3, 0, 1));
    for (const moved of [block(8, 11, 8, 9), block(4, 7, 3, 4)]) {
      expect(fill(moved).x).toEqual(corner.x);
    }
  });

  it('does nothing to an empty image, and refuses a table', () => {
    const empty = { ...block(0, 0, 0, 0), x: new Float32Array(H * W) };
    expect(fill(empty)).toEqual(empty);
    expect(() => fill({ ...empty, kind: 'table' })).toThrow('--fill needs images');
  });
});
