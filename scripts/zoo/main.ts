import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { adaptModel } from '../../src/client/adapt.js';
import { METHOD_NAMES, type MethodName } from '../../src/client/methods/index.js';
import { verdict } from '../../src/client/diagnose/index.js';
import { loadDataset } from '../../src/shared/data/index.js';
import type { Dataset } from '../../src/shared/data/types.js';
import { casesOf, type SourceName, type ZooCase } from './cases.js';
import { writeDataset } from './files.js';
import { sourceModel } from './sources.js';
import { summary, type Row } from './summary.js';
import { sample, stream } from './transforms.js';

/**
 * `npm run zoo -- [--sources plain,mnist,usps,half,weak] [--set tuned|fresh|all] [--seeds 1]
 * [--methods shot] [--n 600] [--epochs 8] [--minutes 60] [--work work/zoo]`: adapts, with the battery
 * overridden, in every case of the zoo, and holds the verdict against what really came of it. Results
 * are kept in the work folder, so that a run goes on where it stopped; verdicts are drawn anew.
 */
const { values } = parseArgs({
  options: {
    sources: { type: 'string', default: 'plain,mnist,usps,half,weak' },
    set: { type: 'string', default: 'all' },
    seeds: { type: 'string', default: '1' },
    methods: { type: 'string', default: 'shot' },
    n: { type: 'string', default: '600' },
    epochs: { type: 'string', default: '8' },
    minutes: { type: 'string', default: '60' },
    work: { type: 'string', default: 'work/zoo' },
  },
});
const real = existsSync('../shared/data/digits');
if (!real) console.error('../shared/data/digits is not there: only the drawn digits');
const sources = (values.sources.split(',') as SourceName[]).filter(
  (source) => real || (source !== 'mnist' && source !== 'usps'),
);
const sets = values.set === 'all' ? ['tuned', 'fresh'] : [values.set];
const methods = values.methods.split(',') as MethodName[];
for (const method of methods)
  if (!METHOD_NAMES.includes(method)) throw new Error(`no method ${method}`);
mkdirSync(values.work, { recursive: true });
const log = join(values.work, `results-n${values.n}-e${values.epochs}.jsonl`);
const key = (row: Pick<Row, 'set' | 'source' | 'name' | 'seed' | 'method'>): string =>
  [row.set, row.source, row.name, row.seed, row.method].join('|');
const done = new Map<string, Row>(
  (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []).map((line) => {
    const row = JSON.parse(line) as Row;
    return [key(row), row];
  }),
);
const end = performance.now() + 60_000 * Number(values.minutes);
const data = new Map<string, Dataset>();

async function site(one: ZooCase, seed: number): Promise<string> {
  const base = data.get(one.base) ?? (await loadDataset(one.base));
  data.set(one.base, base);
  const r = stream(one.name, seed);
  const most = sample(Math.min(base.count, 4 * Number(values.n)));
  const made = sample(one.n ?? Number(values.n))(one.transform(most(base, r), r), r);
  return writeDataset(join(values.work, 'site.safetensors'), made);
}

const rows: Row[] = [];
let left = 0;
for (const seed of values.seeds.split(',').map(Number))
  for (const set of sets)
    for (const source of sources) {
      const cases = casesOf(source, set === 'fresh').filter(
        ({ base }) => real || !base.startsWith('idx'),
      );
      if (cases.length === 0) continue;
      const model = await sourceModel(source, values.work);
      for (const one of cases)
        for (const method of methods) {
          const id = { set, source, name: one.name, seed, method };
          const known = done.get(key(id));
          if (!known && performance.now() > end) {
            left++;
            continue;
          }
          const row: Row = known ?? { ...id, ...(await measure(one, seed, method)) };
          if (!known) {
            appendFileSync(log, `${JSON.stringify(row)}\n`);
            console.error(
              `${key(id)}: ${(100 * row.before).toFixed(1)} → ${(100 * row.after).toFixed(1)}`,
            );
          }
          const again = verdict(row.signals, model.config, false);
          rows.push({ ...row, outcome: again.outcome, findings: again.findings });
        }
    }
for (const set of sets)
  console.log(
    summary(
      set,
      rows.filter((row) => row.set === set),
    ),
  );
if (left > 0) console.log(`${left} cases were not run: no time left`);

async function measure(one: ZooCase, seed: number, method: MethodName) {
  const model = await sourceModel(one.source, values.work);
  const notation = await site(one, seed);
  const release = { name: one.source, version: 1, digest: '' };
  const { result } = await adaptModel(model, release, values.work, {
    ...{ data: notation, method, seed, epochs: Number(values.epochs), batch: 64, lr: 0.01 },
    ...{ featureLr: 1, beta: 0.1, alpha: 1, threshold: 0, force: true, resume: false },
  });
  return {
    n: result.n,
    K: result.classes.length,
    before: result.sourceOnlyAccuracy!,
    after: result.adaptedAccuracy!,
    seconds: result.seconds,
    outcome: result.battery.outcome,
    findings: result.battery.findings,
    signals: result.battery.signals,
  };
}
