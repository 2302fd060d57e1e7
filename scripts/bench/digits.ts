import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adaptModel } from '../../src/client/adapt.js';
import { train } from '../../src/provider/train.js';
import { readModel } from '../../src/shared/model/folder.js';
import type { Augmentation } from '../../src/shared/data/augment.js';
import { startForComputing } from './start.js';

/**
 * `npm run bench:digits -- [m2u|u2m …] [--seeds 2019,2020,2021] [--epochs 30] [--beta 0.1]`: the two
 * adaptations between real digits that the original was measured on, with the same files and settings.
 */
const DIGITS = '../shared/data/digits';
const idx = (name: string) =>
  `idx:${DIGITS}/${name}-images-idx3-ubyte.gz,${DIGITS}/${name}-labels-idx1-ubyte.gz`;
const PAIRS = {
  m2u: {
    source: [idx('mnist10k-train'), idx('t10k')],
    target: [idx('usps28-train'), idx('usps28-test')],
    augment: 'none',
  },
  u2m: {
    source: [idx('usps28-train'), idx('usps28-test')],
    target: [idx('mnist10k-train'), idx('t10k')],
    augment: 'crop-rotate',
  },
} as const satisfies Record<
  string,
  { source: [string, string]; target: [string, string]; augment: Augmentation }
>;

await startForComputing();
const args = process.argv.slice(2);
const option = (name: string, otherwise: string): string => {
  const at = args.indexOf(`--${name}`);
  return at < 0 ? otherwise : args.splice(at, 2)[1]!;
};
const seeds = option('seeds', '2019,2020,2021').split(',').map(Number);
const epochs = Number(option('epochs', '30'));
const beta = Number(option('beta', '0.1'));
const pairs = (args.length > 0 ? args : Object.keys(PAIRS)) as (keyof typeof PAIRS)[];
if (!existsSync(DIGITS)) {
  console.error(`${DIGITS} is not there: nothing to measure`);
  process.exit(7);
}
const common = { epochs, batch: 64, lr: 0.01, resume: false };
const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;

for (const pair of pairs) {
  const { source, target, augment } = PAIRS[pair];
  const rows: { sourceOnly: number; adapted: number }[] = [];
  for (const seed of seeds) {
    const out = mkdtempSync(join(tmpdir(), 'fedshot-digits-'));
    const trained = await train({
      ...common,
      data: source[0],
      test: source[1],
      ...{ augment, seed, out, arch: 'lenet', bottleneck: 256, holdOut: 0.1, smoothing: 0.1 },
    });
    const { result } = await adaptModel(
      readModel(out),
      { name: pair, version: 1, digest: '' },
      out,
      {
        ...common,
        data: target[0],
        test: target[1],
        ...{ seed, beta, alpha: 1, threshold: 0, featureLr: 1 },
      },
    );
    rmSync(out, { recursive: true });
    const row = {
      pair,
      seed,
      engine: `${result.engine.name}/${result.engine.device}`,
      sourceHeldOut: trained.heldOutAccuracy,
      sourceOnly: result.sourceOnlyAccuracy!,
      adapted: result.adaptedAccuracy!,
      trainSeconds: trained.seconds,
      adaptSeconds: result.seconds,
    };
    rows.push(row);
    console.log(JSON.stringify(row));
  }
  const over = (key: 'sourceOnly' | 'adapted') =>
    (100 * mean(rows.map((row) => row[key]))).toFixed(2);
  console.log(
    `${pair}: mean of ${rows.length} seeds: source only ${over('sourceOnly')} %, adapted ${over('adapted')} %`,
  );
}
