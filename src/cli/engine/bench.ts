import type { Command } from 'commander';
import type { EngineOptions } from '../../shared/engine/index.js';
import { FedshotError } from '../../shared/errors.js';
import { action, command } from '../command.js';
import { addEngineOptions, engineOptions } from '../engine-options.js';
import type { Io } from '../io.js';
import { list, positiveInteger } from '../options.js';
import type { BenchArch, BenchResult } from '../../bench/index.js';

interface Options extends EngineOptions {
  archs: string[];
  batch: number;
  steps?: number;
  rounds: number;
  peer: string | false;
}

const ms = (value: number | undefined): string => (value === undefined ? '–' : value.toFixed(1));

async function render({ results, peer, ratios }: BenchResult): Promise<string> {
  const { table } = await import('../../shared/report/terminal/index.js');
  const other = (arch: string) => peer.results.find((row) => row.arch === arch);
  const ratio = (arch: string) => ratios.find((row) => row.arch === arch);
  const right = 'right' as const;
  const text = table(
    [
      { heading: 'network', value: (row) => row.arch },
      {
        heading: `${results[0]!.engine} train`,
        value: (row) => ms(row.trainMsPerStep),
        align: right,
      },
      { heading: 'PyTorch', value: (row) => ms(other(row.arch)?.trainMsPerStep), align: right },
      { heading: '÷', value: (row) => ratio(row.arch)?.train.toFixed(2) ?? '–', align: right },
      { heading: 'forward', value: (row) => ms(row.forwardMsPerBatch), align: right },
      { heading: 'PyTorch', value: (row) => ms(other(row.arch)?.forwardMsPerBatch), align: right },
      { heading: '÷', value: (row) => ratio(row.arch)?.forward.toFixed(2) ?? '–', align: right },
    ],
    results,
  );
  const { device, batch } = results[0]!;
  const without = peer.notRun ? `\nPyTorch: not run (${peer.notRun})` : '';
  return `ms per step on ${device}, batch ${batch}, medians\n${text}${without}`;
}

export function registerBench(parent: Command, io: Io): void {
  const bench = command(
    parent,
    'bench',
    'time training steps, beside PyTorch where python has it',
    [
      'fedshot engine bench',
      'fedshot engine bench --engine wasm --archs lenet --steps 20 --no-peer',
    ],
  )
    .option('--archs <names>', 'networks: lenet, dtn, stack', list, ['lenet', 'dtn'])
    .option('--batch <n>', 'images per step', positiveInteger, 64)
    .option('--steps <n>', 'steps per median (default: some seconds of them)', positiveInteger)
    .option('--rounds <n>', 'turns that engine and peer take', positiveInteger, 3)
    .option('--peer <python>', 'a Python with PyTorch to compare with', 'python3')
    .option('--no-peer', 'time the engine alone');
  addEngineOptions(bench).action(
    action(io, async (options: Options) => {
      const { bench: run, BENCH_ARCHS } = await import('../../bench/index.js');
      const unknown = options.archs.find(
        (arch) => !(BENCH_ARCHS as readonly string[]).includes(arch),
      );
      if (unknown)
        throw new FedshotError('usage', `--archs: unknown network ${unknown}`, {
          hint: `networks are ${BENCH_ARCHS.join(', ')}`,
        });
      const { allocatorEnvironment } = await import('../../shared/engine/libtorch/allocator.js');
      const env = allocatorEnvironment(io.env);
      if (env) await (await import('../../shared/isolate/index.js')).restart({ ...io, env });
      const { startEngine } = await import('../../shared/engine/index.js');
      const engine = await startEngine(engineOptions(options, io));
      const value = await run(engine, {
        ...options,
        archs: options.archs as BenchArch[],
        python: options.peer === false ? '' : options.peer,
        reporter: io.reporter,
      });
      const text = await render(value);
      return { value, text: () => text };
    }),
  );
}
