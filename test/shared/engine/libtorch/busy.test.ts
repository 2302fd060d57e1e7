import { describe, expect, it } from 'vitest';
import { machineIsBusy } from '../../../../src/shared/engine/libtorch/ffi/busy.js';

const queue = (...lengths: number[]) => {
  let at = 0;
  return () => lengths[at++ % lengths.length];
};

describe('machineIsBusy', () => {
  it('needs a queue now beside a busy minute', () => {
    expect(machineIsBusy(2, 2.4, queue(5, 4, 6))).toBe(true);
  });

  it('forgets what has just ended', () => {
    expect(machineIsBusy(2, 2.4, queue(1, 1, 2))).toBe(false);
  });

  it('overlooks a moment, of work or of rest', () => {
    expect(machineIsBusy(2, 1.5, queue(9, 9, 9))).toBe(false);
    expect(machineIsBusy(2, 9, queue(1, 10, 1, 1, 10))).toBe(false);
    expect(machineIsBusy(2, 9, queue(1, 10, 10, 10, 10))).toBe(true);
  });

  it('believes the average where nobody tells of a queue', () => {
    expect(machineIsBusy(2, 9, () => undefined)).toBe(true);
    expect(machineIsBusy(2, 1, () => undefined)).toBe(false);
  });
});
