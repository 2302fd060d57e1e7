import { describe, expect, it } from 'vitest';
import { fuzz } from '../../scripts/fuzz/run.js';
import { type Target, targets } from '../../scripts/fuzz/targets.js';
import { FedshotError } from '../../src/shared/errors.js';

describe('fuzz', () => {
  it.each(targets.map((target) => [target.name, target] as const))(
    'finds nothing in %s',
    (_, target) => {
      const { findings, refused } = fuzz(target, 20 * target.share, 2026);
      expect(findings).toEqual([]);
      expect(Object.values(refused).reduce((a, b) => a + b, 0)).toBeGreaterThan(10 * target.share);
    },
  );

  it('is the same for the same seed, and another for another', () => {
    const [target] = targets;
    const counts = (seed: number) => JSON.stringify(fuzz(target!, 60, seed).refused);
    expect(counts(1)).toBe(counts(1));
    expect([2, 3, 4].map(counts)).not.toEqual(Array(3).fill(counts(1)));
  });

  it('would find a reader that accepts too much, one that crashes, and one that repeats bytes', () => {
    const corpus = [Buffer.from('"hello"')];
    const reader = (read: Target['read']): Target => ({ name: 'reader', share: 1, corpus, read });
    const honest = corpus[0]!.toString('latin1');
    const lenient = reader((bytes) =>
      Buffer.from(bytes).toString('latin1') === honest ? undefined : 'it was changed',
    );
    expect(fuzz(lenient, 50, 1).findings.length).toBeGreaterThan(30);
    const brittle = reader((bytes) => void JSON.parse(Buffer.from(bytes).toString()));
    expect(fuzz(brittle, 50, 1).findings.some(({ what }) => what.startsWith('crash'))).toBe(true);
    const parrot = reader((bytes) => {
      const text = Buffer.from(bytes).toString('latin1');
      if (text !== honest) throw new FedshotError('format', text);
      return undefined;
    });
    expect(fuzz(parrot, 200, 1).findings.length).toBeGreaterThan(0);
  });
});
