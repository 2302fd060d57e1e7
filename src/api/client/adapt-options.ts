import { z } from 'zod';
import { TARGET_AUGMENTATIONS } from '../../client/adaptation/types.js';
import { freezeOptions } from '../../shared/model/freeze-options.js';
import { METHOD_NAMES } from '../../client/methods/index.js';
import { RUN_NAME } from '../../client/runs/id.js';
import { dataSource } from '../../shared/data/index.js';
import {
  batchSize,
  choice,
  duration,
  flag,
  nonNegativeInteger,
  nonNegativeReal,
  outputFile,
  path,
  pictureCache,
  positiveInteger,
  positiveReal,
  recipe,
  seed,
  several,
  text,
  withTraits,
} from '../../shared/option.js';
import { parameterText } from '../../shared/parameter-text.js';
import { defaultsOf } from '../../shared/recipes.js';
import { engineOptions } from '../engine-options.js';
import { dataOptions } from './data-options.js';

/** Whether a prior is a file, and not one of the words. */
export const isFile = (prior: string | undefined): prior is string =>
  prior !== undefined && prior !== 'uniform' && prior !== 'estimate';

const prior = withTraits(
  z
    .string()
    .min(1)
    .overwrite((word) => (isFile(word) ? path('').parse(word) : word)),
  { placeholder: '<which>' },
);

const runName = withTraits(
  z.string().regex(RUN_NAME, {
    error: 'Expected up to 64 letters, digits, ".", "_", "-" and spaces.',
  }),
  { placeholder: '<name>' },
);

/** What `adapt` is told. */
export const adaptOptions = z.strictObject({
  ...dataOptions,
  test: dataSource().optional().describe('data to score on, where it has labels'),
  source: several(text('<release>'))
    .optional()
    .describe('another pulled release to adapt and to ask as well'),
  method: choice<string>('<name>', () => [...METHOD_NAMES, 'auto'])
    .default('shot')
    .describe('how to adapt (docs/method.md)'),
  methodOptions: withTraits(
    z.record(z.string(), z.unknown(), { error: 'Expected name=value, e.g. weight=0.5.' }),
    { placeholder: '<name=value,…>', fromText: parameterText },
  )
    .optional()
    .describe("the method's own options (docs/method.md)"),
  budget: duration().optional().describe('how long auto may take, e.g. 5m'),
  partial: flag().default(false).describe('any of the classes may be absent from the data'),
  openSet: flag()
    .default(false)
    .describe('answer "unknown" for what seems to be of none of the classes'),
  prior: prior
    .optional()
    .describe('shares of the classes: uniform, estimate, or a JSON file {"class": share, …}'),
  seed: seed().default(2020).describe('same seed, engine and threads: same weights'),
  recipe: recipe().default('digits').describe('settings that belong together (docs/method.md)'),
  epochs: positiveInteger()
    .optional()
    .describe(`passes over the data ${defaultsOf('adapt', 'epochs')}`),
  batch: batchSize().default(64).describe('samples per step'),
  lr: positiveReal('<rate>').default(0.01).describe('learning rate at the start'),
  featureLr: positiveReal('<factor>')
    .optional()
    .describe(`factor on the rate of F ${defaultsOf('adapt', 'featureLr')}`),
  ...freezeOptions,
  beta: nonNegativeReal('<weight>')
    .optional()
    .describe(`weight of the pseudo-labels; 0 is SHOT-IM ${defaultsOf('adapt', 'beta')}`),
  alpha: nonNegativeReal('<weight>').default(1).describe('weight of information maximisation'),
  threshold: nonNegativeInteger()
    .default(0)
    .describe('classes with at most n samples get no pseudo-labels'),
  augment: choice('<how>', TARGET_AUGMENTATIONS)
    .optional()
    .describe(`move images a little before each step ${defaultsOf('adapt', 'augment')}`),
  force: flag().default(false).describe('use the adapted model whatever the battery says of it'),
  keepWeights: flag()
    .default(false)
    .describe('keep the weights also of a run that does not come into use'),
  cache: pictureCache(),
  runName: runName.optional().describe('what to call this run, besides its id'),
  resume: withTraits(z.union([z.literal(true), z.string().min(1)]), {
    placeholder: '<run>',
    optionalValue: true,
  })
    .optional()
    .describe('go on where an interrupted run stopped: the newest, or this one'),
  report: outputFile().optional().describe('write a page with curves, confusions and samples'),
  samples: flag().default(false).describe('put the pictures of --report into the JSON as well'),
  ...engineOptions,
});
export type AdaptInput = z.input<typeof adaptOptions>;
