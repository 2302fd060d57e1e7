import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { adaptModel } from '../../src/client/adaptation/adapt.js';
import { argMaxRows } from '../../src/client/diagnostics/linear.js';
import { train } from '../../src/provider/train/train.js';
import type { Model } from '../../src/shared/model/folder.js';
import { readModel } from '../../src/shared/model/folder.js';
import { agreement } from '../../src/shared/model/score.js';
import { gaussians } from '../../test/fixtures/gaussians.js';
import { someDigits } from '../../test/fixtures/some-digits.js';
import { startForComputing } from './start.js';

/**
 * `npm run bench:two-class -- [--rows 240,600,2000] [--shares 0,5,20,50,80,95,100] [--seeds 1]
 * [--distance 2.81] [--columns 8] [--site 200] [--images]`: two classes whose shares differ between
 * provider and site. Prints what the released and the adapted model get right, what the battery says
 * without labels, and which of the two is kept.
 */
const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '240,600,2000' },
    shares: { type: 'string', default: '0,5,20,50,80,95,100' },
    seeds: { type: 'string', default: '1' },
    distance: { type: 'string', default: '2.81' },
    columns: { type: 'string', default: '8' },
    site: { type: 'string', default: '200' },
    images: { type: 'boolean', default: false },
  },
});
const list = (text: string): number[] => text.split(',').map(Number);
const site = Number(values.site);
const dir = mkdtempSync(join(tmpdir(), 'fedshot-two-class-'));
startForComputing();

/** Rows of a table, or drawn digits 3 and 8, of which this share is of the second class. */
function samples(name: string, n: number, share: number, seed: string): Promise<string> | string {
  const second = Math.round(n * share);
  const number = Buffer.from(seed).reduce((h, byte) => (31 * h + byte) % 2 ** 31, 7);
  if (values.images)
    return someDigits(join(dir, `${name}.safetensors`), 'plain', number, {
      3: n - second,
      8: second,
    });
  return gaussians(join(dir, `${name}.csv`), {
    n,
    shares: [1 - share, share],
    seed,
    distance: Number(values.distance),
    columns: Number(values.columns),
  });
}

async function provider(n: number, seed: number): Promise<Model> {
  await train({
    data: await samples('provider', n, 0.5, `provider ${seed}`),
    out: join(dir, 'model'),
    ...(values.images
      ? { arch: 'lenet', classes: ['three', 'eight'], epochs: 10 }
      : { arch: 'mlp', hidden: [64, 64], epochs: 30 }),
    bottleneck: 256,
    batch: 64,
    lr: 0.01,
    smoothing: 0.1,
    augment: 'none',
    seed: 2020,
    resume: false,
  });
  return readModel(join(dir, 'model'));
}

const percent = (share: number): string => (100 * share).toFixed(1);

/** One line of the table. */
async function line(model: Model, n: number, seed: number, share: number): Promise<string> {
  const { result, observations, labels } = await adaptModel(
    model,
    { name: 'two-class', version: 1, digest: '' },
    join(dir, 'work'),
    {
      data: await samples('site', site, share / 100, `site ${seed} ${share}`),
      epochs: 30,
      batch: 64,
      lr: 0.01,
      featureLr: 1,
      beta: 0.1,
      alpha: 1,
      threshold: 0,
      seed: 2020,
      resume: false,
    },
  );
  const { battery, sourceOnlyAccuracy: before = 0, adaptedAccuracy: kept = 0, classes } = result;
  const answers = observations.adapted && argMaxRows(observations.adapted.p, classes.length);
  const adapted = answers && labels ? percent(agreement(answers, labels)) : 'not made';
  const found = battery.findings
    .filter(({ outcome }) => outcome !== 'ok')
    .map(({ check }) => check);
  const harm = kept < before - 0.02 ? ', harm' : '';
  return `| ${n} | ${seed} | ${share} | ${percent(before)} | ${adapted} | ${battery.outcome} | ${battery.kept === 'adapted' ? 'adapted' : 'released'}${harm} | ${found.join(', ')} |`;
}

console.log('| provider | seed | share % | released | adapted | verdict | kept | findings |');
console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
for (const n of list(values.rows))
  for (const seed of list(values.seeds)) {
    const model = await provider(n, seed);
    for (const share of list(values.shares)) console.log(await line(model, n, seed, share));
  }
rmSync(dir, { recursive: true });
