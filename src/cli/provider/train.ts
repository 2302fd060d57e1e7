import { Option, type Command } from 'commander';
import type { TrainOptions } from '../../provider/train/train.js';
import { AUGMENTATIONS } from '../../shared/preprocessing/augment.js';
import type { EngineOptions } from '../../shared/engine/types.js';
import { ARCHITECTURE_NAMES } from '../../shared/model/architecture.js';
import { action, command } from '../command.js';
import { addEngineOptions, engineOptions } from '../engine-options.js';
import type { Io } from '../io.js';
import { addIsolateOption, enterIsolation, isolationFile, type IsolateFlag } from '../isolation.js';
import {
  batchSize,
  fraction,
  list,
  path,
  positiveInteger,
  positiveReal,
  seed,
} from '../options.js';

type Options = Omit<TrainOptions, 'engine' | 'hidden'> &
  EngineOptions &
  IsolateFlag & { hidden?: string[] };

export function register(parent: Command, io: Io): void {
  const train = command(parent, 'train', 'train a model on labelled source data', [
    'fedshot provider train --data digits:plain --arch lenet --out work/model',
    'fedshot provider train --data idx:images.gz,labels.gz --test idx:t-images.gz,t-labels.gz --arch lenet --out work/model',
    'fedshot provider train --data csv:patients.csv#label=outcome --arch mlp --out work/model',
  ])
    .optionsGroup('Of what, and to where:')
    .requiredOption('--data <notation>', 'labelled source data (docs/data.md)')
    .requiredOption('--out <dir>', 'folder for the model', path)
    .option('--test <notation>', 'labelled held-out data; chooses the best epoch')
    .option(
      '--hold-out <share>',
      'share of the data held out where there is no --test (default: 0.1, or up to a third for the card)',
      fraction,
    )
    .option('--classes <names>', 'class names in label order (default: from the data)', list)
    .option('--resume', 'go on where an interrupted run stopped', false)
    .optionsGroup('The network:')
    .addOption(new Option('--arch <name>', 'network').choices(ARCHITECTURE_NAMES).default('lenet'))
    .option('--hidden <widths>', 'hidden layers of an mlp, e.g. 256,128', list)
    .option('--bottleneck <width>', 'width of B', positiveInteger, 256)
    .optionsGroup('How to train:')
    .option('--epochs <n>', 'passes over the data', positiveInteger, 30)
    .option('--batch <n>', 'samples per step', batchSize, 64)
    .option('--lr <rate>', 'learning rate at the start', positiveReal, 0.01)
    .option('--smoothing <share>', 'label smoothing', fraction, 0.1)
    .addOption(
      new Option('--augment <how>', 'change the images at random in training')
        .choices(AUGMENTATIONS)
        .default('none'),
    )
    .option('--seed <n>', 'same seed, engine and threads: same weights', seed, 2020);
  addIsolateOption(addEngineOptions(train)).action(
    action(io, async ({ hidden, isolate, ...options }: Options) => {
      const isolation = await enterIsolation(io, {
        isolate,
        engine: engineOptions(options, io),
        data: [options.data, options.test],
        write: [options.out],
      });
      const run = await import('../../provider/train/train.js');
      const value = await run.train({
        ...options,
        beside: isolationFile(isolation),
        hidden: hidden?.map(positiveInteger),
        engine: engineOptions(options, io),
        reporter: io.reporter,
        signal: io.signal,
      });
      return {
        value: { ...value, isolation },
        text: () =>
          `${value.out}: ${value.architecture.name}, ${value.classes.length} classes, ` +
          `held-out accuracy ${(100 * value.heldOutAccuracy).toFixed(1)} % ` +
          `(epoch ${value.bestEpoch} of ${value.epochs.length}, ${value.seconds.toFixed(0)} s)\n` +
          `next: fedshot provider publish --model ${value.out} --name NAME --store STORE`,
      };
    }),
  );
}
