import { describe, expect, it } from 'vitest';
import { selectMethod } from '../../../src/client/selection/select.js';
import type { SelectionRun } from '../../../src/client/selection/selection-run.js';
import type { VerdictOutcome } from '../../../src/client/diagnostics/index.js';
import { effectiveNumber } from '../../../src/client/diagnostics/linear.js';

/** A run that answers with these classes, of two, and so often the same to moved samples. */
const run = (
  method: string,
  outcome: VerdictOutcome,
  answers: number[],
  views = 0.9,
): SelectionRun => {
  const p = Float32Array.from(answers.flatMap((k) => (k === 0 ? [0.9, 0.1] : [0.1, 0.9])));
  const shares = [0, 1].map((k) => answers.filter((a) => a === k).length / answers.length);
  const signals = {
    refreshedViews: views,
    refreshedClasses: 2,
    ...(method !== 'source' && { adaptedViews: views, adaptedClasses: effectiveNumber(shares) }),
  };
  const battery = { outcome, signals };
  const result = { method, seconds: 1, battery };
  return {
    result,
    observations: method === 'source' ? { released: { p } } : { released: { p }, adapted: { p } },
  };
};
const source = run('source', 'ok', [0, 0, 0, 0]);

describe('selectMethod', () => {
  it('takes the run that agrees best with the mean of the accepted adaptations', () => {
    const runs = [
      source,
      run('bn', 'warn', [0, 1, 1, 0]),
      run('shot', 'ok', [1, 1, 1, 0]),
      run('nrc', 'ok', [1, 1, 1, 1]),
    ];
    const { candidates, chosen } = selectMethod(runs, 2);
    expect(candidates.map(({ agreement }) => agreement)).toEqual([0.25, 0.75, 1, 0.75]);
    expect(chosen).toBe(2);
  });

  it('lets refreshed statistics vote only where nothing has learnt', () => {
    const bn = run('bn', 'ok', [1, 1, 1, 0]);
    expect(selectMethod([source, bn], 2).candidates[1]!.agreement).toBe(1);
    const learnt = [run('shot', 'ok', [1, 1, 1, 0]), run('aad', 'ok', [1, 1, 0, 0])];
    const { candidates, chosen } = selectMethod([source, bn, ...learnt], 2);
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
    const { candidates, chosen } = selectMethod(runs, 2);
    expect(chosen).toBe(3);
    expect(candidates.map(({ accepted }) => accepted)).toEqual([true, false, false, true]);
    expect(candidates[1]!.agreement).toBe(0.25);
  });

  it('takes the steadier of two that agree with the mean alike', () => {
    const answers = [1, 1, 1, 0];
    const runs = [source, run('shot', 'ok', answers, 0.8), run('nrc', 'ok', answers, 0.85)];
    expect(selectMethod(runs, 2).chosen).toBe(2);
    const unlike = run('aad', 'ok', [0, 0, 1, 0], 0.89);
    expect(selectMethod([...runs, unlike], 2).chosen).toBe(2);
  });

  it('leaves out, whatever their majority, those that are much unsteadier than another', () => {
    const answers = [1, 1, 1, 0];
    const shot = (['shot', 'shot-im', 'shot++'] as const).map((m) => run(m, 'ok', answers, 0.75));
    const runs = [source, run('bn', 'ok', answers, 0.6), ...shot, run('aad', 'ok', [0, 0, 1, 0])];
    const { candidates, chosen } = selectMethod(runs, 2);
    expect(chosen).toBe(5);
    expect(candidates.map(({ leftOut }) => leftOut)).toEqual([
      ...[undefined, undefined, 'unsteady', 'unsteady', 'unsteady', undefined],
    ]);
  });

  describe('where not even methods that even out the classes fill them', () => {
    const times = (n: number, k: number): number[] => new Array<number>(n).fill(k);
    const SHOT = [...times(9, 1), ...times(91, 0)];
    const EVEN = [...times(40, 1), ...times(60, 0)];
    const AAD = [...times(8, 1), ...times(92, 0)];
    const runs = (shot: number[], aad: number[], steadiness?: number) => {
      const last = run('aad', 'ok', aad, 0.8);
      if (steadiness !== undefined)
        Object.assign(last.result.battery.signals, { steadiness, agreementBalanced: 0.6 });
      return [
        run('source', 'ok', times(shot.length, 0), 0.5),
        ...(['shot', 'shot-im', 'shot++', 'nrc'] as const).map((method) => run(method, 'ok', shot)),
        last,
      ];
    };
    const chosen = (found: ReturnType<typeof selectMethod>) => ({
      method: found.candidates[found.chosen]!.method,
      left: found.candidates.filter(({ leftOut }) => leftOut).map(({ method }) => method),
    });
    const evening = ['shot', 'shot-im', 'shot++', 'nrc'];

    it('leaves those out, whatever their majority, for one that is steady', () => {
      expect(chosen(selectMethod(runs(SHOT, AAD, 0.95), 2))).toEqual({
        method: 'aad',
        left: evening,
      });
    });

    it('leaves nothing out where they do fill them', () => {
      expect(chosen(selectMethod(runs(EVEN, AAD, 0.95), 2))).toEqual({ method: 'shot', left: [] });
    });

    it('leaves nothing out for one that is narrow and unsteady', () => {
      expect(chosen(selectMethod(runs(SHOT, AAD, 0.7), 2))).toEqual({ method: 'shot', left: [] });
      expect(chosen(selectMethod(runs(SHOT, AAD), 2))).toEqual({ method: 'shot', left: [] });
    });

    it('lets those stay that were given the shares of the classes', () => {
      const informed = runs(SHOT, AAD, 0.95);
      for (const { result } of informed.slice(1))
        Object.assign(result.battery.signals, { steadiness: 0.95, agreementBalanced: 0.6 });
      expect(chosen(selectMethod(informed, 2, true))).toEqual({ method: 'shot', left: ['nrc'] });
    });

    it('allows for what so few samples fill by chance', () => {
      const of = (n: number) => {
        const three = [...times(3 * n, 1), ...times(13 * n, 0)];
        return chosen(selectMethod(runs(three, [...times(2 * n, 1), ...times(14 * n, 0)], 0.95), 2))
          .left;
      };
      expect(of(1)).toEqual([]);
      expect(of(10)).toEqual(evening);
    });
  });

  it('keeps the released model where every adaptation is rejected', () => {
    const runs = [source, run('shot', 'rolled back', [1, 1, 1, 1])];
    expect(selectMethod(runs, 2).chosen).toBe(0);
  });
});
