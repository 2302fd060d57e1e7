import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  adaptModel,
  type AdaptOptions,
  type AdaptResult,
} from '../../../src/client/adaptation/adapt.js';
import { adaptAuto } from '../../../src/client/selection/auto.js';
import { train } from '../../../src/provider/train/train.js';
import { readModel, type Model } from '../../../src/shared/model/folder.js';
import { gaussians, type Gaussians } from '../../fixtures/gaussians.js';
import { someDigits } from '../../fixtures/some-digits.js';
import { fileDir } from '../../fixtures/temp.js';

const dir = fileDir();

/** A provider's model of a table, or of images. */
async function provider(name: string, data: string, lenet = false): Promise<Model> {
  const out = join(dir, name);
  await train({
    data,
    out,
    bottleneck: lenet ? 64 : 256,
    epochs: lenet ? 6 : 30,
    batch: 64,
    lr: 0.01,
    ...(lenet ? { arch: 'lenet', classes: ['a', 'b'] } : { arch: 'mlp', hidden: [64, 64] }),
    smoothing: 0.1,
    augment: 'none',
    seed: 11,
    resume: false,
  });
  return readModel(out);
}

async function adapted(model: Model, data: string, more: Partial<AdaptOptions> = {}) {
  const { result } = await adaptModel(
    model,
    { name: 'shares', version: 1, digest: 'd' },
    join(dir, 'work'),
    {
      data,
      epochs: 15,
      batch: 64,
      lr: 0.01,
      featureLr: 1,
      beta: 0.1,
      alpha: 1,
      threshold: 0,
      seed: 5,
      resume: false,
      ...more,
    },
  );
  return result;
}

/** What must never be: an adapted model that is kept although more than two points were lost. */
function expectNoHarm({ battery, sourceOnlyAccuracy, adaptedAccuracy }: AdaptResult): void {
  expect(adaptedAccuracy! - sourceOnlyAccuracy!, battery.outcome).toBeGreaterThanOrEqual(-0.02);
}

describe('two classes of a table whose shares differ between provider and site', () => {
  const common = { distance: 2.5, columns: 6, names: ['benign', 'malign'] };
  const table = (
    name: string,
    more: Pick<Gaussians, 'n' | 'shares' | 'seed'> & Partial<Gaussians>,
  ) => gaussians(join(dir, `${name}.csv`), { ...common, ...more });
  const site = (p: number, more: Partial<Gaussians> = {}) =>
    table('site', { n: 200, shares: [1 - p, p], seed: `site ${p}`, ...more });
  const models = new Map<number, Model>();

  beforeAll(async () => {
    mkdirSync(join(dir, 'work'), { recursive: true });
    for (const n of [260, 2000])
      models.set(
        n,
        await provider(`p${n}`, table(`p${n}`, { n, shares: [0.5, 0.5], seed: `p ${n}` })),
      );
  }, 60_000);
  const of = (n: number): Model => models.get(n)!;

  it('holds out enough of few rows for a card of every class', () => {
    const { samples, features, confusion } = of(260).config.card!;
    expect(samples).toBeGreaterThanOrEqual(40);
    expect([features?.mean, confusion].every((rows) => rows!.every((row) => row !== null))).toBe(
      true,
    );
  });

  it.each([
    [260, 0],
    [260, 0.12],
    [260, 0.8],
    [260, 1],
    [2000, 0.03],
    [2000, 0.9],
  ])('%i rows, %f of the site in one class: no harm, and no plain ok', async (n, p) => {
    const result = await adapted(of(n), site(p));
    expectNoHarm(result);
    expect(result.battery.outcome).not.toBe('ok');
    expect(result.battery.findings.map(({ check }) => check)).toContain('label shift');
  });

  it('says how well the shares are known where they may be the provider’s: seven in ten may be chance', async () => {
    const result = await adapted(of(260), site(0.7));
    expectNoHarm(result);
    expect(result.battery.kept).toBe('source');
    expect(result.battery.findings.map(({ says }) => says).join()).toMatch(/known \(?to 1\d %/);
  });

  it('is ok where the shares are the provider’s, and leaves what is nothing to adapt for', async () => {
    const result = await adapted(of(2000), site(0.5));
    expectNoHarm(result);
    expect(result.battery.outcome).toBe('ok');
  });

  it('tells the loss of the shares by itself, and does not trust equal ones that are forced on it', async () => {
    const own = await adapted(of(2000), site(0.08));
    expect(own.prior![1]).toBeLessThan(0.2);
    const uniform = await adapted(of(2000), site(0.08), { prior: 'uniform' });
    expect(uniform.prior).toBeUndefined();
    expectNoHarm(uniform);
    expect(uniform.battery).toMatchObject({ outcome: 'rolled back', kept: 'source' });
  });

  it.each(['bn', 't3a', 'nrc'] as const)(
    'does no harm by %s, which is told of no shares',
    async (method) => {
      const result = await adapted(of(2000), site(0.95), { method, epochs: 5 });
      expectNoHarm(result);
      expect(result.battery.outcome).not.toBe('ok');
    },
  );

  it('leaves the released model by auto, where no method can be relied on', async () => {
    const result = await adaptAuto(
      of(260),
      { name: 'shares', version: 1, digest: 'd' },
      join(dir, 'work'),
      {
        data: site(0.06),
        epochs: 5,
        batch: 64,
        lr: 0.01,
        featureLr: 1,
        beta: 0.1,
        alpha: 1,
        threshold: 0,
        seed: 5,
        resume: false,
      },
    );
    expectNoHarm(result.result);
    const { choice, battery } = result.result;
    expect(choice).toMatchObject({
      method: 'source',
      why: expect.stringContaining('accepts none') as string,
    });
    expect(battery.outcome).not.toBe('ok');
    expect(battery.kept).toBe('source');
  });

  it('cannot tell on few rows, nor by a card that says nothing of the classes', async () => {
    const few = await adapted(of(2000), site(0.5, { n: 8 }));
    expect(few.battery).toMatchObject({ outcome: 'undecided', kept: 'source' });
    const { confusion: _, features: __, ...minimal } = of(260).config.card!;
    const poor = { ...of(260), config: { ...of(260).config, card: minimal } };
    const { battery } = await adapted(poor, site(0.2));
    expect(battery).toMatchObject({ outcome: 'undecided', kept: 'source' });
    expect(battery.findings[0]!.remedy).toContain('--card full');
  });

  it('refuses another unit by the name of the column, whatever adapting would win', async () => {
    const cell = (v: number, column: number) =>
      column === 2 ? v * 88.4 : column === 4 ? v / 38.7 : v;
    const { battery } = await adapted(of(260), site(0.5, { cell }));
    expect(battery).toMatchObject({ outcome: 'refuse', kept: 'source' });
    const units = battery.findings.filter(({ outcome }) => outcome === 'refuse');
    expect(units.map(({ check }) => check)).toEqual(['column c2', 'column c4']);
    expect(JSON.stringify(battery.findings)).not.toContain('made up');
  });

  it('names a column of which half is missing, and one that is constant here alone', async () => {
    const cell = (v: number, column: number, row: number) =>
      column === 1 && row % 5 < 3 ? '' : column === 3 ? 8 : v;
    const { battery } = await adapted(of(2000), site(0.5, { cell }));
    expect(battery.outcome).not.toBe('ok');
    const says = battery.findings.map((finding) => finding.says).join('\n');
    expect(says).toContain('column c1: 60 % of the cells are missing');
    expect(says).toContain('column c3: 8 in every row');
  });
});

describe('other numbers and kinds of classes', () => {
  it('does no harm to three classes of which one is nearly all', async () => {
    const common = { distance: 3, names: ['low', 'middle', 'high'] };
    const third = [1 / 3, 1 / 3, 1 / 3];
    const data = gaussians(join(dir, 'p3.csv'), { ...common, n: 300, shares: third, seed: 'p3' });
    const model = await provider('p3', data);
    const file = join(dir, 's3.csv');
    const result = await adapted(
      model,
      gaussians(file, { ...common, n: 160, shares: [0.9, 0.07, 0.03], seed: 's3' }),
    );
    expectNoHarm(result);
    expect(result.battery.outcome).not.toBe('ok');
  });

  it('does no harm to images of two digits, whether they look like the provider’s or not', async () => {
    const data = await someDigits(join(dir, 'p.safetensors'), 'plain', 3, { 2: 130, 6: 130 });
    const model = await provider('lenet', data, true);
    for (const [domain, seven] of [
      ['plain', 12],
      ['plain', 140],
      ['thick', 10],
    ] as const) {
      const site = await someDigits(join(dir, 's.safetensors'), domain, 9, {
        2: 150 - seven,
        6: seven,
      });
      const result = await adapted(model, site, { epochs: 6 });
      expectNoHarm(result);
      expect(result.battery.outcome).not.toBe('ok');
    }
  }, 60_000);
});
