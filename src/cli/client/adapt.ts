import { InvalidArgumentError, Option, type Command } from 'commander';
import { TARGET_AUGMENTATIONS, type AutoOptions } from '../../client/adaptation/types.js';
import { RUN_NAME } from '../../client/runs/id.js';
import { METHOD_NAMES } from '../../client/methods/types.js';
import type { EngineOptions } from '../../shared/engine/types.js';
import { action, command, underHeading } from '../command.js';
import { addEngineOptions, engineOptions } from '../engine-options.js';
import type { Io } from '../io.js';
import { addIsolateOption, enterIsolation, type IsolateFlag } from '../isolation.js';
import {
  batchSize,
  nonNegativeInteger,
  nonNegativeReal,
  outputFile,
  path,
  positiveInteger,
  positiveReal,
  repeated,
  seconds,
  seed,
} from '../options.js';
import { adaptLines } from './adapt-lines.js';
import { dataRights } from './home-rights.js';
import { warnOfTrust } from './trust-warnings.js';
import { addDataOptions, dataOf, type DataOptions } from './data-options.js';

type Options = Omit<AutoOptions, 'engine' | 'data' | 'resume'> &
  EngineOptions &
  IsolateFlag &
  DataOptions & {
    report?: string;
    samples: boolean;
    source?: string[];
    resume?: string | true;
    runName?: string;
    keepWeights: boolean;
  };

const isFile = (prior: string | undefined): prior is string =>
  prior !== undefined && prior !== 'uniform' && prior !== 'estimate';

const OUTPUT = 'What it shows:';

/** `uniform`, `estimate`, or a path. */
const prior = (text: string): string => (isFile(text) ? path(text) : text);

function runName(text: string): string {
  if (RUN_NAME.test(text)) return text;
  throw new InvalidArgumentError('Expected up to 64 letters, digits, ".", "_", "-" and spaces.');
}

export function register(parent: Command, io: Io): void {
  const adapt = addDataOptions(
    command(parent, 'adapt', 'adapt a pulled release to local, unlabelled data', [
      'fedshot client adapt --home work/site --name digits --data idx:images.gz',
      'fedshot client adapt --home work/site --name digits --data digits:thin --report report.html',
      'fedshot client adapt --home work/site --name digits --data idx:images.gz --partial',
      'fedshot client adapt --home work/site --name digits --data idx:images.gz --method auto --budget 5m',
    ]),
  )
    .optionsGroup('How to adapt:')
    .addOption(
      new Option('--method <name>', 'how to adapt (docs/method.md)')
        .choices([...METHOD_NAMES, 'auto'])
        .default('shot'),
    )
    .option('--budget <time>', 'how long auto may take, e.g. 5m', seconds)
    .option('--partial', 'any of the classes may be absent from the data', false)
    .option('--open-set', 'answer "unknown" for what seems to be of none of the classes', false)
    .option(
      '--prior <which>',
      'shares of the classes: uniform, estimate, or a JSON file {"class": share, …}',
      prior,
    )
    .option('--seed <n>', 'same seed, engine and threads: same weights', seed, 2020)
    .optionsGroup('Finer settings:')
    .option('--epochs <n>', 'passes over the data', positiveInteger, 30)
    .option('--batch <n>', 'samples per step', batchSize, 64)
    .option('--lr <rate>', 'learning rate at the start', positiveReal, 0.01)
    .option(
      '--feature-lr <factor>',
      'factor on the rate of F (0.1 if pre-trained)',
      positiveReal,
      1,
    )
    .option('--beta <weight>', 'weight of the pseudo-labels; 0 is SHOT-IM', nonNegativeReal, 0.1)
    .option('--alpha <weight>', 'weight of information maximisation', nonNegativeReal, 1)
    .option(
      '--threshold <n>',
      'classes with at most n samples get no pseudo-labels',
      nonNegativeInteger,
      0,
    )
    .addOption(
      new Option('--augment <how>', 'move images a little before each step (docs/method.md)')
        .choices(TARGET_AUGMENTATIONS)
        .default('none'),
    )
    .optionsGroup('What becomes of it:')
    .option('--force', 'use the adapted model whatever the battery says of it', false)
    .option('--keep-weights', 'keep the weights also of a run that does not come into use', false)
    .option('--run-name <name>', 'what to call this run, besides its id', runName)
    .option('--resume [run]', 'go on where an interrupted run stopped: the newest, or this one')
    .optionsGroup(OUTPUT)
    .option('--report <file>', 'write a page with curves, confusions and samples', outputFile)
    .option('--samples', 'put the pictures of --report into the JSON as well', false)
    .optionsGroup('Of what, and to what:')
    .option('--test <notation>', 'data to score on, where it has labels')
    .option('--source <release>', 'another pulled release to adapt and to ask as well', repeated);
  underHeading(adapt, OUTPUT, '--json');
  addIsolateOption(addEngineOptions(adapt)).action(
    action(
      io,
      async ({ home, name, source, report, samples: inJson, isolate, ...options }: Options) => {
        const { read = [], write, folderMode } = dataRights(home, { writes: true });
        const isolation = await enterIsolation(io, {
          isolate,
          engine: engineOptions(options, io),
          data: [...options.data, options.test],
          read: [...read, isFile(options.prior) ? options.prior : undefined],
          write,
          folderMode,
          writeFiles: [report],
        });
        await warnOfTrust(home, io);
        const { adaptRelease } = await import('../../client/index.js');
        const { result, samples, run } = await adaptRelease(
          home,
          name,
          {
            ...options,
            data: dataOf(options),
            keepSamples: inJson || report !== undefined,
            isolation,
            engine: engineOptions(options, io),
            reporter: io.reporter,
            signal: io.signal,
            now: () => io.now(),
          },
          source,
        );
        if (report) {
          const { writeReport } = await import('../report-file.js');
          const { withoutFolders } = await import('../../client/adaptation/settings.js');
          const data = options.data.map(withoutFolders).join(', ');
          writeReport(report, io.now(), [
            { name: options.runName ?? name, data, run: { ...result, samples } },
          ]);
        }
        const value = { ...result, run, ...(inJson && { samples }), isolation };
        io.result(value, () => adaptLines(value, { home, report }).join('\n'));
        const { notAccepted } = await import('../../client/runs/outcome.js');
        const stays = 'what was in use stays; --force uses the adapted model all the same';
        const error = run.inUse ? undefined : notAccepted(run.verdict.outcome, stays);
        if (error) throw error;
      },
    ),
  );
}
