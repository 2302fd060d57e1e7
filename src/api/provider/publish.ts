import { z } from 'zod';
import type { Preview } from '../../provider/publish/preview.js';
import type { Published } from '../../provider/publish/publish.js';
import type { StepContext } from '../../shared/isolate/index.js';
import { CARD_LEVELS, type CardLevel } from '../../shared/model/card/schema.js';
import { choice, duration, flag, path, text } from '../../shared/option.js';
import { warnOfExpiry } from '../expiry-warnings.js';
import { keyOptions } from '../keyring.js';
import { defineOperation, type Secrets } from '../operation.js';
import { storeAt, storeFolder } from '../store.js';
import { daysOf } from './days.js';

export const publishOptions = z.strictObject({
  model: path('<dir>').describe('folder that provider train wrote'),
  name: text('<name>').describe('name of the release'),
  store: storeFolder,
  validFor: duration().optional().describe('how long it may be pulled (default: 365d)'),
  card: choice<CardLevel>('<level>', CARD_LEVELS)
    .default('full')
    .describe('what the release says of the held-out data (docs/method.md)'),
  again: flag()
    .optional()
    .describe('make a new version also of weights that are published already'),
  dryRun: flag().optional().describe('show all that would be published; sign and write nothing'),
  ...keyOptions,
});
export type PublishInput = z.input<typeof publishOptions>;
type Options = z.output<typeof publishOptions>;
/** With `dryRun` all that would be published, and nothing is. */
export type PublishOutcome = Published | Preview;

/** Signs a model as the next version of a release. */
export default defineOperation({
  name: 'provider publish',
  module: import.meta.url,
  options: publishOptions,
  run: (options, context): Promise<PublishOutcome> =>
    options.dryRun ? preview(options, context.now()) : publish(options, context),
});

/** Its card is in what it returns: nothing is told besides. */
async function preview(options: Options, now: Date): Promise<Preview> {
  const { withCard } = await import('../../provider/publish/card.js');
  const { previewRelease } = await import('../../provider/publish/preview.js');
  const { model, card, name, store, again, validFor } = options;
  const days = daysOf(validFor);
  return withCard(
    model,
    card,
    () => undefined,
    (folder) => Promise.resolve(previewRelease({ ...folder, name, store, again, days, now })),
  );
}

async function publish(options: Options, context: StepContext & Secrets): Promise<Published> {
  const { withCard } = await import('../../provider/publish/card.js');
  const { publishRelease } = await import('../../provider/publish/publish.js');
  const { finishRootChange } = await import('../../provider/roots/finish.js');
  const { model, card, name, again, validFor } = options;
  const { reporter } = context;
  await finishRootChange(storeAt(options, context));
  await warnOfExpiry(options, context);
  const at = storeAt(options, context);
  const days = daysOf(validFor);
  return withCard(
    model,
    card,
    (line) => reporter.note(line, 'model-card'),
    (folder) => publishRelease({ ...folder, ...at, name, days, again, reporter }),
  );
}
