import { describe, expect, it } from 'vitest';
import { choose, type Run } from '../../src/client/choose.js';
import type { Outcome } from '../../src/client/diagnose/index.js';
import { effectiveNumber } from '../../src/client/diagnose/linear.js';
import type { MethodName } from '../../src/client/methods/index.js';

/** A run that answers with these classes, of two, and so often the same to moved samples. */
const run = (
  method: MethodName,
  outcome: Outcome,
  answers: number[],
  views = 0.9,
  labelShift = 0,
): Run => {
  const p = Float32Array.from(answers.flatMap((k) => (k === 0 ? [0.9, 0.1] : [0.1, 0.9])));
  const shares = [0, 1].map((k) => answers.filter((a) => a === k).length / answers.length);
  const signals = {
    ...{ refreshedViews: views, refreshedClasses: 2, labelShift },
    ...(method !== 'source' && { adaptedViews: views, adaptedClasses: effectiveNumber(shares) }),
  };
  const battery = { outcome, signals };
  const result = { method, seconds: 1, battery };
  return {
    result,
    evidence: method === 'source' ? { released: { p } } : { released: { p }, adapted: { p } },
  };
};
const source = run('source', 'ok', [0, 0, 0, 0]);

describe('choose', () => {
  it('takes the run that agrees best with the mean of the accepted adaptations', () => {
    const runs = [
      source,
      run('bn', 'warn', [0, 1, 1, 0]),
      run('shot', 'ok', [1, 1, 1, 0]),
      run('nrc', 'ok', [1, 1, 1, 1]),
    ];
    const { candidates, chosen } = choose(runs, 2);
    expect(candidates.map(({ agreement }) => agreement)).toEqual([0.25, 0.75, 1, 0.75]);
    expect(chosen).toBe(2);
  });

  it('lets refreshed statistics vote only where nothing has learnt', () => {
    const bn = run('bn', 'ok', [1, 1, 1, 0]);
    expect(choose([source, bn], 2).candidates[1]!.agreement).toBe(1);
    const learnt = [run('shot', 'ok', [1, 1, 1, 0]), run('aad', 'ok', [1, 1, 0, 0])];
    const { candidates, chosen } = choose([source, bn, ...learnt], 2);
    expect(candidates.map(({ agreement }) => agreement)).toEqual([0.5, 0.75, 0.75, 1]);
    expect(chosen).toBe(3);
  });

  it('gives no vote and no prize to what the battery rejects', () => {
    const failed = [1, 1, 1, 1];
    const runs = [
      source,
      run('shot', 'rolled back', failed),
      run('nrc', 'refuse', failed),
      run('aad', 'ok', [0, 1, 0, 0]),
    ];
    const { candidates, chosen } = choose(runs, 2);
    expect(chosen).toBe(3);
    expect(candidates.map(({ accepted }) => accepted)).toEqual([true, false, false, true]);
    expect(candidates[1]!.agreement).toBe(0.25);
  });

  it('takes the steadier of two that agree with the mean alike', () => {
    const answers = [1, 1, 1, 0];
    const runs = [source, run('shot', 'ok', answers, 0.8), run('nrc', 'ok', answers, 0.85)];
    expect(choose(runs, 2).chosen).toBe(2);
    const unlike = run('aad', 'ok', [0, 0, 1, 0], 0.95);
    expect(choose([...runs, unlike], 2).chosen).toBe(2);
  });

  describe('where classes are shared out unevenly', () => {
    const even = [1, 1, 0, 0];
    const runs = (labelShift: number, uneven = [1, 0, 0, 0]) => [
      run('source', 'ok', [0, 0, 0, 0], 0.5, labelShift),
      ...(['shot', 'shot-im', 'shot++', 'nrc'] as const).map((method) => run(method, 'ok', even)),
      run('aad', 'ok', uneven, 0.8),
    ];
    const left = (found: ReturnType<typeof choose>): string[] =>
      found.candidates.filter(({ leftOut }) => leftOut).map(({ method }) => method);

    it('leaves out what evens them, whatever its majority', () => {
      const found = choose(runs(0.3), 2);
      expect(found.candidates[found.chosen]!.method).toBe('aad');
      expect(left(found)).toEqual(['shot', 'shot-im', 'shot++', 'nrc']);
      expect(choose(runs(0.1), 2).chosen).toBe(1);
    });

    it('lets those stay that were told how', () => {
      const found = choose(runs(0.3), 2, true);
      expect(found.candidates[found.chosen]!.method).toBe('shot');
      expect(left(found)).toEqual(['nrc']);
    });

    it('leaves nothing out where the rest tells no classes apart', () => {
      const found = choose(runs(0.3, [1, 1, 1, 1]), 2);
      expect(found.candidates[found.chosen]!.method).toBe('shot');
      expect(left(found)).toEqual([]);
    });
  });

  it('keeps the released model where every adaptation is rejected', () => {
    const runs = [source, run('shot', 'rolled back', [1, 1, 1, 1])];
    expect(choose(runs, 2).chosen).toBe(0);
  });
});
