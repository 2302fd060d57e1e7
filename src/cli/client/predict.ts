import { Option, type Command } from 'commander';
import type { AnsweredBy, Prediction, Predictions } from '../../client/index.js';
import type { EngineOptions } from '../../shared/engine/types.js';
import { action, command } from '../command.js';
import { addEngineOptions, engineOptions } from '../engine-options.js';
import type { Io } from '../io.js';
import { addIsolateOption, enterIsolation, type IsolateFlag } from '../isolation.js';
import { csvCell } from '../csv.js';
import { outputFile, path } from '../options.js';
import { dataRights } from './home-rights.js';
import { warnOfTrust } from './trust-warnings.js';

interface Options extends EngineOptions, IsolateFlag {
  home: string;
  name: string;
  data: string;
  sourceModel: boolean;
  run?: string;
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
    .option('--run <run>', 'predict with this run, whatever is in use (client runs lists them)')
    .addOption(
      new Option('--format <format>', 'form of the rows').choices(['csv', 'jsonl']).default('csv'),
    )
    .option('--out <file>', 'write to a file instead of standard output', outputFile);
  addIsolateOption(addEngineOptions(predict)).action(
    action(io, async (options: Options) => {
      const { isolate, home } = options;
      const isolation = await enterIsolation(io, {
        isolate,
        engine: engineOptions(options, io),
        data: [options.data],
        ...dataRights(home),
        writeFiles: [options.out],
      });
      await warnOfTrust(home, io);
      const { predictRelease } = await import('../../client/index.js');
      const { writeFileAtomic } = await import('../../shared/files.js');
      const { insidePath } = await import('../../shared/isolate/index.js');
      const value = await predictRelease(options.home, options.name, {
        data: options.data,
        sourceModel: options.sourceModel,
        run: options.run,
        engine: engineOptions(options, io),
        reporter: io.reporter,
      });
      sayWho(io, value.model, options);
      const rows = options.format === 'csv' ? csv(value) : jsonl(value);
      if (options.out) writeFileAtomic(insidePath(options.out), rows, 0o600);
      const said = `${value.predictions.length} predictions written to ${options.out ?? ''}`;
      return { value: { ...value, isolation }, text: () => (options.out ? said : rows) };
    }),
  );
}

/** Which model has answered, on standard error; a warning where a newer one could have. */
function sayWho(io: Io, model: AnsweredBy, { sourceModel }: Options): void {
  const { run, runName, release, verdict, forced, together = [], newerVersion } = model;
  const version = `${release.name} version ${release.version}`;
  if (run === null) {
    const why = sourceModel ? '' : ': no adaptation of it is in use';
    io.reporter.note(`answered by the released model, ${version}${why}`);
    return;
  }
  const called = runName === undefined ? '' : ` (${runName})`;
  const others = together.length > 0 ? `, together with ${together.join(', ')}` : '';
  const verdictOf = `verdict ${verdict ?? 'unknown'}${forced ? ', used by --force' : ''}`;
  io.reporter.note(
    `answered by run ${run}${called}, adapted from ${version}, ${verdictOf}${others}`,
  );
  if (newerVersion !== undefined)
    io.reporter.warn(
      `version ${newerVersion} of ${release.name} has been pulled, and this run is of version ${release.version}: adapt again, or predict with --source-model`,
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
