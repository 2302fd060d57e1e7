import { spawnSync } from 'node:child_process';
import { listEngines } from '../../src/shared/engine/index.js';
import { table } from '../../src/shared/report/terminal/index.js';

/**
 * `npm run bench [-- OPTIONS]`: the same steps on every engine that is here, each in a process of its
 * own, and on PyTorch where python3 has it. OPTIONS are those of `fedshot engine bench`.
 */
interface Timing {
  engine: string;
  device: string;
  arch: string;
  trainMsPerStep: number;
  forwardMsPerBatch: number;
}
interface Bench {
  results: Timing[];
  peer: { results: Timing[]; notRun?: string };
  ratios: { arch: string; train: number; forward: number }[];
}

const rows: (Timing & { train?: number; forward?: number })[] = [];
const engines = [...new Set(listEngines().map(({ engine }) => engine))];
for (const [k, engine] of engines.entries()) {
  // the peer is the same for all: time it once, beside the engine that would be chosen
  const peer = k === 0 ? [] : ['--no-peer'];
  const args = ['dist/cli/main.js', 'engine', 'bench', '--engine', engine, '--json', ...peer];
  const run = spawnSync(process.execPath, [...args, ...process.argv.slice(2)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (run.status !== 0) {
    console.error(`${engine}: not timed`);
    process.exitCode = run.status ?? 1;
    continue;
  }
  const bench = JSON.parse(run.stdout) as Bench;
  const peers = k === 0 ? bench.peer.results : rows.filter((row) => row.engine === 'pytorch');
  for (const row of bench.results) {
    const other = peers.find(({ arch }) => arch === row.arch);
    const over = (key: 'trainMsPerStep' | 'forwardMsPerBatch') => other && row[key] / other[key];
    rows.push({ ...row, train: over('trainMsPerStep'), forward: over('forwardMsPerBatch') });
  }
  if (k === 0) rows.push(...bench.peer.results);
  if (bench.peer.notRun && k === 0) console.error(`PyTorch: not run, ${bench.peer.notRun}`);
}
const ms = (value: number) => value.toFixed(1);
const ratio = (value: number | undefined) => value?.toFixed(2) ?? '–';
const right = 'right' as const;
console.log(
  table(
    [
      { heading: 'network', value: (row) => row.arch },
      { heading: 'engine', value: (row) => `${row.engine}/${row.device}` },
      { heading: 'train ms', value: (row) => ms(row.trainMsPerStep), align: right },
      { heading: '÷ PyTorch', value: (row) => ratio(row.train), align: right },
      { heading: 'forward ms', value: (row) => ms(row.forwardMsPerBatch), align: right },
      { heading: '÷ PyTorch', value: (row) => ratio(row.forward), align: right },
    ],
    rows,
  ),
);
