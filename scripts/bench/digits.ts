import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { METHOD_NAMES } from '../../src/client/methods/index.js';
import { TARGET_AUGMENTATIONS } from '../../src/client/adaptation/types.js';
import { DIGITS, PAIRS, type PairName } from './digits/pairs.js';
import { Results, type Row, type Way } from './digits/runs.js';
import { table } from './digits/table.js';
import { startForComputing } from './start.js';

/**
 * `npm run bench:digits -- [m2u|u2m …] [--methods shot,nrc,auto] [--augment none,affine] [--zoom none,fit]
 * [--upright none,deslant,fill] [--seeds 2019,2020,2021]
 * [--epochs 30] [--beta 0.1] [--minutes 60] [--work work/digits] [--json]`: the two adaptations
 * between real digits that the original was measured on, with the same files and settings, by any
 * method. Released models and results are kept in the work folder: a run goes on where it stopped, and
 * one source training serves all methods.
 */
startForComputing();
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    methods: { type: 'string', default: 'shot' },
    augment: { type: 'string', default: 'none' },
    zoom: { type: 'string', default: 'none' },
    upright: { type: 'string', default: 'none' },
    seeds: { type: 'string', default: '2019,2020,2021' },
    epochs: { type: 'string', default: '30' },
    beta: { type: 'string', default: '0.1' },
    minutes: { type: 'string', default: '60' },
    work: { type: 'string', default: 'work/digits' },
    json: { type: 'boolean', default: false },
  },
});
const known = <T extends string>(what: string, names: readonly T[], given: string): T[] =>
  given.split(',').map((name) => {
    const found = names.find((one) => one === name);
    if (!found) throw new Error(`no ${what} "${name}": ${names.join(', ')}`);
    return found;
  });
const methods = known('method', [...METHOD_NAMES, 'auto'] as const, values.methods);
const names = Object.keys(PAIRS) as PairName[];
const pairs = known('pair', names, positionals.join(',') || names.join(','));
const zooms = known('zoom', ['none', 'fit'] as const, values.zoom);
const uprights = known('reading', ['none', 'deslant', 'fill'] as const, values.upright);
const augmentations = known('augmentation', TARGET_AUGMENTATIONS, values.augment);
const ways = uprights.flatMap((upright) =>
  zooms.flatMap((zoom) =>
    augmentations.flatMap((augment) =>
      methods.map((method): Way => ({ method, augment, zoom, upright })),
    ),
  ),
);
if (!existsSync(DIGITS)) {
  console.error(`${DIGITS} is not there: nothing to measure`);
  process.exit(7);
}
const end = performance.now() + 60_000 * Number(values.minutes);
const results = new Results({
  epochs: Number(values.epochs),
  beta: Number(values.beta),
  work: values.work,
});
const rows: Row[] = [];
let left = 0;
for (const seed of values.seeds.split(',').map(Number))
  for (const pair of pairs)
    for (const way of ways) {
      if (!results.find(pair, seed, way) && performance.now() < end)
        await results.run(pair, seed, way, (row) => console.error(JSON.stringify(row)));
      const row = results.find(pair, seed, way);
      if (row) rows.push(row);
      else left++;
    }
console.log(values.json ? JSON.stringify(rows, undefined, 2) : table(rows));
if (left > 0) console.error(`${left} runs were not made: no time left`);
