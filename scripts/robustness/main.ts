import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { candidateNames } from '../../src/client/selection/candidates.js';
import { METHOD_NAMES } from '../../src/client/methods/index.js';
import { verdict } from '../../src/client/diagnostics/index.js';
import { digits } from '../../src/examples/digits/index.js';
import { readers } from '../../src/shared/data/index.js';
import { autoTable } from './auto.js';
import { casesOf, isReal, SETS, SOURCES, type SourceName } from './cases.js';
import { measure } from './measure.js';
import { rollbackTable } from './rollback.js';
import { sourceModel } from './sources.js';
import { summary, truthOf, type Row } from './summary.js';
import { startForComputing } from '../bench/start.js';

startForComputing();
readers.add(digits);

/**
 * `npm run robustness -- [--sources plain,mnist,usps,half,weak|mlp|dtn] [--set tuned|fresh|unseen|all] [--seeds 1]
 * [--methods shot] [--auto] [--rollback] [--cases NAME;NAME] [--prior estimate] [--partial] [--n 600] [--epochs 8] [--minutes 60]
 * [--work work/zoo]`: adapts, with the battery overridden, in every case of the zoo (or those whose
 * name is one of the given), and holds the verdict against what really came of it.
 * Each seed has released models of its own. Results are kept in the work folder, so that a run goes on
 * where it stopped; verdicts, and with `--auto` the choice among all methods, are drawn anew. With
 * `--rollback`, what was rolled back runs once more to score what is kept.
 */
const { values } = parseArgs({
  options: {
    sources: { type: 'string', default: SOURCES.slice(0, 5).join(',') },
    set: { type: 'string', default: 'all' },
    seeds: { type: 'string', default: '1' },
    methods: { type: 'string', default: 'shot' },
    auto: { type: 'boolean', default: false },
    rollback: { type: 'boolean', default: false },
    cases: { type: 'string' },
    prior: { type: 'string' },
    partial: { type: 'boolean', default: false },
    n: { type: 'string', default: '600' },
    epochs: { type: 'string', default: '8' },
    minutes: { type: 'string', default: '60' },
    work: { type: 'string', default: 'work/zoo' },
  },
});
const real = existsSync('../shared/data/digits');
if (!real) console.error('../shared/data/digits is not there: only the drawn digits');
for (const name of values.sources.split(','))
  if (!SOURCES.includes(name as SourceName)) throw new Error(`no source ${name}`);
const sources = (values.sources.split(',') as SourceName[]).filter(
  (source) => real || !isReal(source),
);
const sets = values.set === 'all' ? SETS : SETS.filter((set) => set === values.set);
if (sets.length === 0) throw new Error(`no set ${values.set}`);
const only = values.cases?.split(';');
const methods = values.auto
  ? ['shot', ...candidateNames().filter((method) => method !== 'shot')]
  : values.methods.split(',');
for (const method of methods)
  if (!METHOD_NAMES.includes(method)) throw new Error(`no method ${method}`);
mkdirSync(values.work, { recursive: true });
const shares = `${values.prior ? `-${values.prior}` : ''}${values.partial ? '-partial' : ''}`;
const suffix = `n${values.n}-e${values.epochs}${shares}`;
const log = join(values.work, `results-${suffix}.jsonl`);
const key = (row: Pick<Row, 'set' | 'source' | 'name' | 'seed' | 'method'>): string =>
  [row.set, row.source, row.name, row.seed, row.method].join('|');
const done = new Map<string, Row>(
  (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []).map((line) => {
    const row = JSON.parse(line) as Row;
    return [key(row), row];
  }),
);
const end = performance.now() + 60_000 * Number(values.minutes);
const fileOf = (row: Parameters<typeof key>[0]): string =>
  join(
    values.work,
    `evidence-${suffix}`,
    `${key(row).replaceAll(/[^a-z0-9+-]+/g, '_')}.safetensors`,
  );

const settings = {
  n: Number(values.n),
  epochs: Number(values.epochs),
  work: values.work,
  prior: values.prior,
  partial: values.partial,
};
const rows: Row[] = [];
/** Whether plain SHOT gains by this case, so that the choice among methods is measured there. */
const isHealthy = (id: Pick<Row, 'set' | 'source' | 'name' | 'seed'>): boolean =>
  rows.some((row) => key(row) === key({ ...id, method: 'shot' }) && truthOf(row) === 'healthy');
let left = 0;
for (const seed of values.seeds.split(',').map(Number))
  for (const set of sets)
    for (const source of sources) {
      const cases = casesOf(source, set)
        .filter(({ base }) => real || !base.startsWith('idx'))
        .filter(({ name }) => !only || only.includes(name));
      if (cases.length === 0) continue;
      const model = await sourceModel(source, seed, values.work);
      for (const one of cases)
        for (const method of methods) {
          const id = { set, source, name: one.name, seed, method };
          const known = done.get(key(id));
          if (values.auto && !known && method !== 'shot' && !isHealthy(id)) continue;
          if (!known && performance.now() > end) {
            left++;
            continue;
          }
          const row: Row = known ?? {
            ...id,
            ...(await measure(model, one, { seed, method, ...settings }, fileOf(id))),
          };
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
for (const set of sets) {
  const own = rows.filter((row) => row.set === set);
  console.log(summary(set, values.auto ? own.filter(({ method }) => method === 'shot') : own));
  if (values.auto) console.log(autoTable(set, own, fileOf));
  if (values.rollback)
    console.log(
      await rollbackTable(own, async ({ name, seed, method, ...row }) => {
        const source = row.source as SourceName;
        const one = casesOf(source, set).find((other) => other.name === name)!;
        const model = await sourceModel(source, seed, values.work);
        return measure(model, one, { seed, method, ...settings, obey: true });
      }),
    );
}
if (left > 0) console.log(`${left} cases were not run: no time left`);
