import { describe, expect, it } from 'vitest';
import { verdict, type Signals } from '../../../src/client/diagnostics/index.js';
import type { ModelConfig } from '../../../src/shared/model/config.js';

const config = {
  classes: Array.from({ length: 10 }, (_, k) => String(k)),
  heldOutAccuracy: 0.98,
  card: {},
} as unknown as ModelConfig;

/** A site like the provider's, before adapting. */
const before: Signals = {
  perClass: 60,
  distance: 1,
  histogramDistance: 0,
  invertedDistance: 0.7,
  deviationRatio: 1,
  smoothness: 1,
  estimatedAccuracy: 0.95,
  estimatedRefreshed: 0.95,
  releasedClasses: 9.9,
  refreshedClasses: 9.9,
  labelShift: 0.05,
  refreshedViews: 0.95,
  releasedRefreshed: 0.95,
  rank: 9,
};
/** The same after a good adaptation. */
const after: Signals = {
  ...before,
  adaptedClasses: 9.9,
  keptAnswers: 0.95,
  agreementBalanced: 0.95,
  steadiness: 0.98,
};
const of = (signals: Signals) => {
  const { outcome, kept, findings } = verdict(signals, config, false);
  return { outcome, kept, checks: findings.map((f) => `${f.check}: ${f.outcome}`) };
};

describe('verdict', () => {
  it('has nothing to say where all is well', () => {
    expect(of(before)).toEqual({ outcome: 'ok', kept: 'adapted', checks: [] });
    expect(of(after)).toEqual({ outcome: 'ok', kept: 'adapted', checks: [] });
  });

  it('warns of another scale before adapting, and no more once adapting has made up for it', () => {
    const thin = { deviationRatio: 0.49 };
    expect(of({ ...before, ...thin }).outcome).toBe('warn');
    expect(of({ ...after, ...thin })).toMatchObject({
      outcome: 'ok',
      checks: ['input scale: ok'],
    });
    const unsteady = of({ ...after, ...thin, steadiness: 0.85, agreementBalanced: 0.5 });
    expect(unsteady.checks).toEqual(['input scale: warn', 'steadiness: warn']);
  });

  it('warns of images of two polarities, however well adapting came out', () => {
    expect(of({ ...after, invertedShare: 0.48 }).checks).toEqual(['mixed polarity: warn']);
    expect(of({ ...after, invertedShare: 0.05 }).outcome).toBe('ok');
    expect(of({ ...after, invertedShare: 0.97 }).outcome).toBe('ok'); // the contract speaks of all
  });

  it('goes on to warn of images on their side, however clean the clusters came out', () => {
    const turned = {
      asIs: { option: '', estimatedAccuracy: 0.9, distance: 2.3 },
      bestReading: { option: '--orient rotate90', estimatedAccuracy: 0.99, distance: 1 },
    };
    expect(of({ ...after, ...turned }).checks).toEqual(['input reading: warn']);
    turned.bestReading.option = '--rescale';
    expect(of({ ...after, ...turned }).checks).toEqual(['input reading: ok']);
  });

  it('asks for the more steadiness the less the released model agrees', () => {
    const steadiness = 0.9;
    expect(of({ ...after, steadiness, agreementBalanced: 0.6 }).outcome).toBe('ok');
    expect(of({ ...after, steadiness, agreementBalanced: 0.5 }).outcome).toBe('warn');
    expect(of({ ...after, steadiness: 0.78, agreementBalanced: 0.65 }).outcome).toBe('rolled back');
  });

  it('warns of unsteady answers that the released model gives as well, unless classes are missing', () => {
    const noisy = { ...after, steadiness: 0.6, agreementBalanced: 0.75 };
    expect(of(noisy)).toMatchObject({ outcome: 'warn', kept: 'adapted' });
    expect(of({ ...noisy, labelShift: 0.22 }).outcome).toBe('rolled back');
    expect(of({ ...noisy, agreementBalanced: 0.65 }).outcome).toBe('rolled back');
  });

  it('warns of unsteady answers where something lies over the images', () => {
    const unsteady = { ...after, steadiness: 0.6, agreementBalanced: 0.6, labelShift: 0.3 };
    expect(of(unsteady).outcome).toBe('rolled back');
    for (const over of [{ deviationRatio: 1.4 }, { smoothness: 0.2 }])
      expect(of({ ...unsteady, ...over })).toMatchObject({ outcome: 'warn', kept: 'adapted' });
    const table = { ...unsteady, deviationRatio: 1.4, smoothness: undefined };
    expect(of(table).outcome).toBe('rolled back');
  });

  it('rolls back what is unsteady, but for the choice between two models that are both wrong', () => {
    const unsteady = { ...after, steadiness: 0.75, agreementBalanced: 0.5 };
    expect(of(unsteady).outcome).toBe('rolled back');
    expect(of({ ...unsteady, distance: 1.5 }).outcome).toBe('rolled back');
    const far = { ...unsteady, agreementBalanced: 0.7, distance: 2.5 };
    expect(of(far)).toMatchObject({ outcome: 'warn', kept: 'adapted' });
    expect(of({ ...unsteady, distance: 2.5, steadiness: 0.6 }).outcome).toBe('rolled back');
  });

  it('warns of clusters that look like other classes than those whose names they bear', () => {
    const named = (own: number) => ({ own, matched: 1, reverse: 1, renamed: [] });
    const lettered = { ...after, naming: named(0.95), namingRefreshed: named(0.7) };
    expect(of(lettered).checks).toEqual(['class features: warn']);
    expect(of({ ...lettered, namingRefreshed: named(0.85) }).outcome).toBe('ok');
  });

  it('warns of steady clusters far from the released classes, of which the released model sees little', () => {
    const letters = { ...after, distance: 2.8, agreementBalanced: 0.6, steadiness: 0.95 };
    expect(of(letters).checks).toEqual(['other classes: warn']);
    expect(of({ ...letters, distance: 1.9 }).outcome).toBe('ok');
    expect(of({ ...letters, agreementBalanced: 0.65 }).outcome).toBe('ok');
  });

  it('names classes that are missing, five at most', () => {
    const says = (missing: number[]) =>
      verdict({ ...after, missing }, config, false).findings.map((f) => f.says);
    expect(says([])).toEqual([]);
    expect(says([3]).slice(0, 1)).toEqual([
      'without adapting, hardly any sample is taken for class 3: there are none, or the model does not know them here',
    ]);
    expect(says([0, 1, 2, 3, 4, 5, 9])[0]).toMatch(/the classes 0, 1, 2, 3, 4 and 2 more: /);
  });

  it('takes a smaller shift of the classes seriously where the estimate may be believed', () => {
    expect(of({ ...after, labelShift: 0.27 }).checks).toEqual(['label shift: warn']);
    expect(of({ ...after, labelShift: 0.27, distance: 1.7 }).outcome).toBe('ok');
  });

  it('refuses images of nothing, and says that instead of guessing at scale and texture', () => {
    const samples = { blank: 1, distinct: 0.01, same: true };
    const black = { ...before, samples, smoothness: 0, deviationRatio: 0, labelShift: 0.9 };
    expect(of(black).checks).toEqual(['blank samples: refuse', 'sample size: undecided']);
    const some = { blank: 0.1, distinct: 0.9, same: false };
    expect(of({ ...after, samples: some }).checks).toEqual(['blank samples: warn']);
  });

  it('counts a sample once, and refuses to adapt to a single one', () => {
    const twice = { blank: 0, distinct: 0.05, same: false };
    expect(of({ ...before, samples: twice }).checks).toEqual(['sample size: undecided']);
    expect(of({ ...before, samples: { ...twice, same: true } }).outcome).toBe('refuse');
  });

  it('refuses rows with values that no deviation explains, by the name of a column', () => {
    const extreme = { share: 0.01, column: 'dose' };
    const samples = { blank: 0, distinct: 1, same: false, extreme };
    const { outcome, findings } = verdict({ ...before, samples }, config, false);
    expect(outcome).toBe('refuse');
    expect(findings[0]!.says).toContain('"dose"');
  });

  it('rolls back a collapse that refreshed statistics share', () => {
    const collapsed = { ...after, adaptedClasses: 1, refreshedClasses: 1, releasedClasses: 200 };
    expect(of(collapsed).checks).toEqual(['collapse: rolled back']);
  });

  it('rolls back what changed right answers, unless the released model is surer once refreshed', () => {
    const changed = { ...after, keptAnswers: 0.5, estimatedRefreshed: 0.8 };
    expect(of(changed)).toMatchObject({
      outcome: 'rolled back',
      kept: 'source',
      checks: ['estimated change: rolled back'],
    });
    expect(of({ ...changed, estimatedRefreshed: 0.99 }).outcome).toBe('ok');
    expect(of({ ...changed, distance: 1.5 }).outcome).toBe('ok');
  });

  it('expects few samples to be shared out by chance, and says that they are few', () => {
    expect(of({ ...before, labelShift: 0.4 }).checks).toEqual(['label shift: warn']);
    expect(of({ ...before, labelShift: 0.4, perClass: 2 }).checks).toEqual([
      'sample size: undecided',
    ]);
  });

  it('refuses noise, collapses and names that have nothing to do with the released ones', () => {
    expect(of({ ...before, smoothness: 0.01 }).outcome).toBe('refuse');
    expect(of({ ...after, adaptedClasses: 1.2 }).checks).toEqual(['collapse: rolled back']);
    expect(of({ ...after, agreementBalanced: 0 }).checks).toEqual([
      ...['names: rolled back', 'steadiness: warn'],
    ]);
  });
});
