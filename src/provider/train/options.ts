import { z } from 'zod';
import { dataSource } from '../../shared/data/index.js';
import type { EngineOptions } from '../../shared/engine/index.js';
import { FedshotError } from '../../shared/errors.js';
import type { Files } from '../../shared/folders.js';
import { freezeOptions } from '../../shared/model/freeze-options.js';
import { networks } from '../../shared/model/networks/index.js';
import {
  batchSize,
  choice,
  describeOption,
  flag,
  fraction,
  list,
  path,
  pictureCache,
  positiveInteger,
  positiveReal,
  recipe,
  seed,
  strict,
  withTraits,
} from '../../shared/option.js';
import { AUGMENTATIONS } from '../../shared/preprocessing/augment.js';
import { defaultsOf, withRecipe } from '../../shared/recipes.js';
import { silent, type Reporter } from '../../shared/reporter.js';
import { parameterText } from '../../shared/parameter-text.js';

const widths = withTraits(z.array(positiveInteger()), {
  placeholder: '<widths>',
  fromText: (text) => text.split(',').map(Number),
});

const parameters = withTraits(
  z.record(z.string(), z.unknown(), { error: 'Expected name=value, e.g. width=32,blocks=2.' }),
  { placeholder: '<name=value,…>', fromText: parameterText },
);

/** Every option of training, with its default, its range and what it means. */
export const trainOptions = z.strictObject({
  data: dataSource().describe('labelled source data (docs/data.md)'),
  out: path('<dir>').describe('folder for the model'),
  test: dataSource().optional().describe('labelled held-out data; chooses the best epoch'),
  holdOut: fraction()
    .lt(1, { error: 'Expected less than 1: something has to be left to train on.' })
    .optional()
    .describe(
      'share of the data held out where there is no --test (default: 0.1, or more for the card: up to a third; shot-objects: up to a fifth)',
    ),
  classes: list('<names>')
    .optional()
    .describe('class names in label order (default: from the data)'),
  resume: flag().default(false).describe('go on where an interrupted run stopped'),
  arch: choice('<name>', () => networks.names())
    .default('lenet')
    .describe('network'),
  hidden: widths.optional().describe('hidden layers of an mlp, e.g. 256,128'),
  parameters: parameters
    .optional()
    .describe("the network's own parameters, e.g. width=32,blocks=2 (default: the network's)"),
  bottleneck: positiveInteger('<width>').default(256).describe('width of B'),
  recipe: recipe().default('digits').describe('settings that belong together (docs/method.md)'),
  size: positiveInteger('<pixels>')
    .max(4096)
    .optional()
    .describe(
      "side of the pictures that the network sees, resized to 8/7 of it and cropped (default: the network's own)",
    ),
  strict: strict(),
  cache: pictureCache(),
  epochs: positiveInteger()
    .optional()
    .describe(`passes over the data ${defaultsOf('train', 'epochs')}`),
  batch: batchSize().default(64).describe('samples per step'),
  lr: positiveReal('<rate>').default(0.01).describe('learning rate at the start'),
  featureLr: positiveReal('<factor>')
    .optional()
    .describe(`factor on the rate of F ${defaultsOf('train', 'featureLr')}`),
  init: path('<file>')
    .optional()
    .describe("weights that F begins with: .safetensors, by torchvision's or timm's names"),
  ...freezeOptions,
  smoothing: fraction().default(0.1).describe('label smoothing'),
  augment: choice('<how>', AUGMENTATIONS)
    .optional()
    .describe(`change the images at random in training ${defaultsOf('train', 'augment')}`),
  seed: seed().default(2020).describe('same seed, engine and threads: same weights'),
});

/** What training uses of the program that calls it. */
interface Surroundings {
  engine?: EngineOptions;
  reporter?: Reporter;
  /** Stops after the step that is being taken. */
  signal?: AbortSignal;
  /** Milliseconds on any clock; measures the run. */
  clock?: () => number;
  /** Further files of `out` that are replaced in the same step. */
  beside?: Files;
}

/** As a program gives them: what has a default may be left out. */
export type TrainOptions = z.input<typeof trainOptions> & Surroundings;

/** As training reads them. */
export type TrainSettings = ReturnType<typeof complete> &
  Surroundings &
  Required<Pick<Surroundings, 'reporter' | 'clock'>>;

const complete = (options: z.output<typeof trainOptions>) => withRecipe('train', options);

/**
 * Checks options and fills in the defaults.
 * @throws FedshotError `usage`, naming the option
 */
export function trainSettings({
  engine,
  reporter = silent,
  signal,
  clock = () => performance.now(),
  beside,
  ...given
}: TrainOptions): TrainSettings {
  const parsed = trainOptions.safeParse(given);
  if (parsed.success) return { ...complete(parsed.data), engine, reporter, signal, clock, beside };
  const [issue] = parsed.error.issues;
  if (issue?.code === 'unrecognized_keys')
    throw new FedshotError('usage', `train: unknown option "${issue.keys.join('", "')}"`, {
      hint: `it knows ${Object.keys(trainOptions.shape).join(', ')}`,
    });
  const option = String(issue?.path[0]);
  const wrong =
    option in given ? `${issue?.path.join('.')}: ${issue?.message}` : `${option} is missing`;
  throw new FedshotError('usage', `train: ${wrong}`, { hint: meaningOf(option) });
}

/** What an option says of itself. */
function meaningOf(option: string): string | undefined {
  const shape: Record<string, z.ZodType | undefined> = trainOptions.shape;
  const schema = shape[option];
  return schema && `${option}: ${describeOption(schema)}`;
}
