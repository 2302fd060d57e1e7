import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { durationText, percent, points, table } from '../src/shared/report/terminal/index.js';
import { runDemo } from './demo-images/run.js';

/**
 * `npm run demo:images -- [--out work/demo-images] [--report work/demo-images.html] [--seed 2020]
 * [--engine auto] [--json]`: trains on pictures that it draws itself, publishes, serves, pulls and adapts
 * to pictures of two other domains, with the built package, as a program of anybody's would.
 */
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'work/demo-images' },
    report: { type: 'string', default: 'work/demo-images.html' },
    seed: { type: 'string', default: '2020' },
    engine: { type: 'string', default: 'auto' },
    json: { type: 'boolean', default: false },
  },
});
const dist = join(import.meta.dirname, '..', 'dist');
const fedshot = (await import(join(dist, 'index.js'))) as typeof import('../src/index.js');
const { writeReport } = (await import(
  join(dist, 'api', 'report-file.js')
)) as typeof import('../src/api/report-file.js');

const started = performance.now();
const { heldOutAccuracy, sites } = await runDemo(fedshot, {
  out: values.out,
  sourcePictures: 1500,
  pictures: 800,
  size: 56, // resized to 64 and cropped: crops move what they show
  domains: ['sketch', 'poster'],
  epochs: 12,
  adaptEpochs: 6,
  seed: Number(values.seed),
  engine: values.engine,
  say: (line) => console.error(line),
});
await writeReport(
  values.report,
  new Date(),
  sites,
  'Photographs at the provider, other pictures at sites',
);
const seconds = (performance.now() - started) / 1000;

const rows = sites.map(({ name, run }) => ({
  name,
  before: run.sourceOnlyAccuracy ?? 0,
  after: run.adaptedAccuracy ?? 0,
  verdict: run.battery.outcome,
}));
const lines = table(
  [
    { heading: 'site', value: ({ name }) => name },
    { heading: 'source only', value: ({ before }) => percent(before), align: 'right' },
    { heading: 'adapted', value: ({ after }) => percent(after), align: 'right' },
    { heading: 'points', value: ({ before, after }) => points(after - before), align: 'right' },
    { heading: 'verdict', value: ({ verdict }) => verdict },
  ],
  rows,
);
if (values.json)
  console.log(JSON.stringify({ heldOutAccuracy, sites: rows, seconds }, undefined, 2));
else
  console.log(
    [
      `The provider trained on drawn photographs: ${percent(heldOutAccuracy)} on its own held-out ones.`,
      '',
      lines,
      '',
      `${durationText(seconds)}; every file is in ${values.out}`,
      `report: ${values.report}`,
    ].join('\n'),
  );
