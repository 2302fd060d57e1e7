import type { Command } from 'commander';
import bench from '../../api/engine/bench.js';
import type { BenchResult } from '../../bench/index.js';
import { table } from '../../shared/report/terminal/index.js';
import type { Io } from '../io.js';
import { addCommand } from '../operation-command.js';

const ms = (value: number | undefined): string => (value === undefined ? '–' : value.toFixed(1));

function render({ results, peer, ratios }: BenchResult): string {
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
  addCommand(parent, io, {
    operation: bench,
    name: 'bench',
    about: 'time training steps, beside PyTorch where python has it',
    examples: [
      'fedshot engine bench',
      'fedshot engine bench --engine wasm --archs lenet --steps 20 --no-peer',
    ],
    isolate: 'off',
    text: render,
  });
}
