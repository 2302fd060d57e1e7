import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { PAIRS, WEIGHTS } from './objects/pairs.js';
import { table } from './objects/table.js';
import { startForComputing } from './start.js';

/**
 * `npm run bench:objects -- [--pairs amazon:webcam,photo:cartoon] [--seeds 2020] [--epochs 10]
 * [--minutes 60] [--engine auto] [--work work/objects] [--json]`: SHOT's object protocol on Office-Caltech10
 * and PACS with MobileNetV1-0.75 at 128 pixels, beside SHOT in PyTorch on the same files. Source models
 * and results are kept in the work folder: a run goes on where it stopped.
 */
startForComputing();
const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: PAIRS.map(({ name }) => name).join(',') },
    seeds: { type: 'string', default: '2020' },
    epochs: { type: 'string', default: '10' },
    minutes: { type: 'string', default: '60' },
    engine: { type: 'string', default: 'auto' },
    work: { type: 'string', default: 'work/objects' },
    json: { type: 'boolean', default: false },
  },
});
const pairs = values.pairs.split(',').map((name) => {
  const pair = PAIRS.find((one) => one.name === name);
  if (!pair) throw new Error(`no pair "${name}": ${PAIRS.map((one) => one.name).join(', ')}`);
  return pair;
});
for (const path of [WEIGHTS, ...pairs.map(({ folder }) => folder)])
  if (!existsSync(path)) {
    console.error(`${path} is not there: nothing to measure`);
    process.exit(7);
  }
const { Results } = await import('./objects/runs.js');
const end = performance.now() + 60_000 * Number(values.minutes);
const results = new Results({
  epochs: Number(values.epochs),
  work: values.work,
  engine: values.engine,
});
const rows = [];
let left = 0;
for (const seed of values.seeds.split(',').map(Number))
  for (const pair of pairs) {
    let row = results.find(pair, seed);
    if (!row && performance.now() < end) {
      row = await results.run(pair, seed);
      console.error(JSON.stringify(row));
    }
    if (row) rows.push(row);
    else left++;
  }
console.log(values.json ? JSON.stringify(rows, undefined, 2) : table(rows));
if (left > 0) console.error(`${left} runs were not made: no time left`);
