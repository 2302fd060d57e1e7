import { Option, type Command } from 'commander';
import type { Prediction, Predictions } from '../../client/predict.js';
import type { EngineOptions } from '../../shared/engine/types.js';
import { action, command } from '../command.js';
import { addEngineOptions, engineOptions } from '../engine-options.js';
import type { Io } from '../io.js';
import { addIsolateOption, enterIsolation, type IsolateFlag } from '../isolation.js';
import { csvCell } from '../csv.js';
import { path } from '../options.js';

interface Options extends EngineOptions, IsolateFlag {
  home: string;
  name: string;
  data: string;
  sourceModel: boolean;
  format: 'csv' | 'jsonl';
  out?: string;
}

export function register(parent: Command, io: Io): void {
  const predict = command(parent, 'predict', 'predict the class of each sample', [
    'fedshot client predict --home work/site --name digits --data idx:images.gz > predictions.csv',
    'fedshot client predict --home work/site --name digits --data digits:thin --format jsonl',
  ])
    .requiredOption('--home <dir>', 'folder of this site', path)
    .requiredOption('--name <release>', 'the release whose adapted model predicts')
    .requiredOption('--data <notation>', 'samples (docs/data.md); labels are not read')
    .option('--source-model', 'predict with the released model, unadapted', false)
    .addOption(
      new Option('--format <format>', 'form of the rows').choices(['csv', 'jsonl']).default('csv'),
    )
    .option('--out <file>', 'write to a file instead of standard output', path);
  addIsolateOption(addEngineOptions(predict)).action(
    action(io, async (options: Options) => {
      const { isolate, home } = options;
      const isolation = await enterIsolation(io, {
        ...{ isolate, engine: engineOptions(options, io) },
        data: [options.data],
        read: [home],
        writeFiles: [options.out],
      });
      const { predictRelease } = await import('../../client/index.js');
      const { writeFileAtomic } = await import('../../shared/files.js');
      const value = await predictRelease(options.home, options.name, {
        data: options.data,
        sourceModel: options.sourceModel,
        engine: engineOptions(options, io),
        reporter: io.reporter,
      });
      const rows = options.format === 'csv' ? csv(value) : jsonl(value);
      if (options.out) writeFileAtomic(options.out, rows);
      const said = `${value.predictions.length} predictions written to ${options.out ?? ''}`;
      return { value: { ...value, isolation }, text: () => (options.out ? said : rows) };
    }),
  );
}

/** Six digits are more than float32 arithmetic repeats across engines. */
const short = (p: number): string => p.toPrecision(6);

function csv({ classes, predictions }: Predictions): string {
  const head = ['index', 'class', ...classes.map((name) => csvCell(`p(${name})`))];
  const row = ({ index, class: name, probabilities }: Prediction) =>
    [index, csvCell(name), ...probabilities.map(short)].join(',');
  return `${[head.join(','), ...predictions.map(row)].join('\n')}\n`;
}

function jsonl({ predictions }: Predictions): string {
  return predictions.map((prediction) => `${JSON.stringify(prediction)}\n`).join('');
}
