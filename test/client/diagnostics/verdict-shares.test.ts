import { describe, expect, it } from 'vitest';
import { isAccepted, verdict, type Signals } from '../../../src/client/diagnostics/index.js';
import type { ModelConfig } from '../../../src/shared/model/config.js';

const config = {
  classes: ['healthy', 'ill'],
  heldOutAccuracy: 0.92,
  input: { kind: 'image' },
  card: { samples: 60, minimumCount: 20, confusion: [[1, 0], null] },
} as unknown as ModelConfig;

const table = { ...config, input: { kind: 'table' } } as ModelConfig;

const even = { shares: [0.5, 0.5], errors: [0.03, 0.03], significant: false, uneven: false };
const rare = { shares: [0.94, 0.06], errors: [0.03, 0.03], significant: true, uneven: true };

/** Samples like the provider's, and an adaptation that leaves its answers as they were. */
const fits: Signals = {
  strict: true,
  described: 2,
  perClass: 100,
  distance: 1,
  labelShift: 0.02,
  rank: 4,
  estimatedAccuracy: 0.92,
  estimatedRefreshed: 0.92,
  refreshedError: 0.02,
  answered: even,
  releasedClasses: 2,
  refreshedClasses: 2,
  refreshedViews: 0.95,
  releasedRefreshed: 0.95,
  adaptedClasses: 2,
  keptAnswers: 0.99,
  agreementBalanced: 0.95,
  steadiness: 1,
  expected: { gain: -0.002, error: 0.005 },
  sharesGap: 0.02,
};
const of = (signals: Signals, of = config, force = false) => {
  const { outcome, kept, advised, findings } = verdict(signals, of, force);
  return { outcome, kept, advised, checks: findings.map((f) => `${f.check}: ${f.outcome}`) };
};

describe('verdict on few classes and tables', () => {
  it('keeps what changes hardly any answer', () => {
    expect(of(fits)).toMatchObject({ outcome: 'ok', kept: 'adapted', checks: [] });
  });

  it('leaves the released model where a table is like the provider’s, before anything is adapted', () => {
    const { adaptedClasses: _, keptAnswers: __, expected: ___, ...data } = fits;
    const left = { outcome: 'ok', kept: 'source', checks: ['nothing to adapt for: ok'] };
    expect(of(data, table)).toMatchObject(left);
    expect(of(fits, table)).toMatchObject(left);
    expect(of(data, table, true)).toMatchObject({ kept: 'adapted' });
    const coarse = { ...even, errors: [0.1, 0.1] };
    expect(of({ ...data, answered: coarse }, table)).toMatchObject({
      outcome: 'undecided',
      kept: 'source',
      checks: ['shares of the classes: undecided'],
    });
    for (const other of [{ answered: rare }, { distance: 1.4 }, { answered: undefined }])
      expect(of({ ...data, ...other }, table).checks).not.toContain('nothing to adapt for: ok');
  });

  it('leaves a released model that fits, without a word of alarm, unless it is forced', () => {
    const moved = { ...fits, keptAnswers: 0.95, expected: { gain: -0.01, error: 0.015 } };
    expect(of(moved)).toEqual({
      outcome: 'ok',
      kept: 'source',
      advised: 'source',
      checks: ['expected change: ok'],
    });
    expect(of(moved, config, true)).toMatchObject({ kept: 'adapted', advised: 'source' });
  });

  it('rolls back what the released model expects a loss of', () => {
    const lost = { ...fits, keptAnswers: 0.85, expected: { gain: -0.05, error: 0.02 } };
    expect(of(lost)).toMatchObject({
      outcome: 'rolled back',
      kept: 'source',
      checks: ['expected change: rolled back'],
    });
  });

  it('rolls back shares that are not those of the classes, as far as they are known', () => {
    const evened = { ...fits, answered: rare, labelShift: 0.44, sharesGap: 0.4 };
    expect(of(evened).checks).toEqual(['label shift: warn', 'shares of the classes: rolled back']);
    const coarse = { ...rare, errors: [0.35, 0.35] };
    expect(of({ ...evened, answered: coarse }).checks).toEqual(['label shift: warn']);
  });

  it('cannot tell rare classes from another domain, unless it is told the shares', () => {
    const far = { ...fits, distance: 1.6, answered: rare, sharesGap: 0.4 };
    expect(of(far)).toMatchObject({ outcome: 'undecided', kept: 'source' });
    expect(of({ ...far, toldGap: 0.04 })).toMatchObject({ outcome: 'warn', kept: 'adapted' });
    expect(of({ ...far, toldGap: 0.3 })).toMatchObject({ outcome: 'rolled back', kept: 'source' });
    expect(of({ ...far, distance: undefined })).toMatchObject({ outcome: 'undecided' });
  });

  it('cannot tell whether a table that lies elsewhere is better adapted, images of even classes it can', () => {
    const far = { ...fits, distance: 1.6 };
    expect(of(far, table).outcome).toBe('undecided');
    expect(of(far)).toMatchObject({ outcome: 'ok', kept: 'adapted' });
    expect(of({ ...far, sharesGap: 0.2 }).outcome).toBe('undecided');
    expect(of({ ...far, answered: rare }).outcome).toBe('undecided');
    // of twelve samples nobody knows how they are shared out
    expect(of({ ...far, answered: { ...even, errors: [0.15, 0.15] } }).outcome).toBe('undecided');
  });

  it('cannot tell by a card that leaves out a class, or that is not there, and says what would be enough', () => {
    const half = verdict({ ...fits, described: 1 }, config, false);
    expect(half).toMatchObject({ outcome: 'undecided', kept: 'source' });
    expect(half.findings[0]!.says).toMatch(/describes 1 of 2 classes.*\(60, at least 20/);
    expect(half.findings[0]!.remedy).toContain('--hold-out');
    const { card: _, ...bare } = config;
    expect(verdict({ ...fits, described: undefined }, bare, false)).toMatchObject({
      outcome: 'undecided',
      findings: [{ remedy: expect.stringContaining('--card full') as string }],
    });
    expect(
      of({ ...fits, described: 0 }, { ...config, card: { ...config.card!, confusion: undefined } }),
    ).toMatchObject({ outcome: 'undecided' });
    expect(of({ ...fits, described: 1 }, config, true)).toMatchObject({ kept: 'adapted' });
  });

  it('never says of a table that adapting made up for its units', () => {
    const unit = {
      column: 'creatinine',
      unit: true,
      site: { middle: 97, spread: 30 },
      provider: { middle: 1.1, spread: 0.34 },
    };
    const { outcome, findings } = verdict(
      { ...fits, deviationRatio: 108, columns: [unit] },
      table,
      false,
    );
    expect(outcome).toBe('refuse');
    expect(findings.map(({ check }) => check)).toContain('column creatinine');
    expect(JSON.stringify(findings)).not.toContain('made up');
    expect(findings.map(({ says }) => says).join()).toContain('88.2 times');
  });
});

describe('verdict by all evidence together', () => {
  const ten = {
    ...config,
    classes: Array.from({ length: 10 }, (_, k) => String(k)),
    input: { kind: 'image' },
  } as ModelConfig;
  const images: Signals = {
    ...fits,
    strict: false,
    described: 10,
    expected: undefined,
    answered: undefined,
    sharesGap: undefined,
  };

  it('keeps on one doubt, with a warning, and not on two that say the same', () => {
    const doubt = { ...images, distance: 2.2, steadiness: 0.85, agreementBalanced: 0.65 };
    expect(of(doubt, ten)).toMatchObject({ outcome: 'warn', kept: 'adapted' });
    const two = { ...doubt, agreementBalanced: 0.55 };
    expect(of(two, ten)).toEqual({
      outcome: 'undecided',
      kept: 'source',
      advised: 'source',
      checks: ['other classes: warn', 'steadiness: warn', 'several warnings: undecided'],
    });
  });

  it('does not keep evened-out answers where classes are missing, unless adapting was told', () => {
    const few = { ...images, distance: 1.8, estimatedAccuracy: 0.8, missing: [4] };
    expect(of(few, ten)).toMatchObject({ outcome: 'undecided', kept: 'source' });
    expect(of({ ...few, informed: true }, ten)).toMatchObject({ outcome: 'warn', kept: 'adapted' });
    // a model that is lost here takes hardly any sample for some classes
    expect(of({ ...few, estimatedAccuracy: 0.4 }, ten)).toMatchObject({
      outcome: 'warn',
      kept: 'adapted',
    });
    expect(of({ ...few, estimatedAccuracy: 0.4, labelShift: 0.5 }, ten).outcome).toBe('undecided');
  });
});

describe('isAccepted', () => {
  it('goes by the advice, and by the outcome in records that have none', () => {
    expect(isAccepted({ outcome: 'ok', advised: 'source' })).toBe(false);
    expect(isAccepted({ outcome: 'warn', advised: 'adapted' })).toBe(true);
    expect(
      (['ok', 'warn', 'undecided', 'rolled back', 'refuse'] as const).map((outcome) =>
        isAccepted({ outcome }),
      ),
    ).toEqual([true, true, false, false, false]);
  });
});
