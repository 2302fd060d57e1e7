import { path } from '../shared/option.js';
import type { Keyring } from '../shared/release/index.js';
import { keyringAt, type KeyOptions, type SecretsOf } from './keyring.js';
import type { Outside } from './operation.js';

/** How an operation is told which store it works on. */
export const storeFolder = path('<dir>').describe('folder of the store');

/** And which log, where that lies elsewhere. */
export const logFolder = path('<dir>')
  .optional()
  .describe('folder of the log (default: the store’s name + -log)');

/** A store with its keys, at one moment: what those who change it ask for. */
export interface StoreNow {
  store: string;
  keyring: Keyring;
  now: Date;
}

/** The store of the options, with its keyring. @throws as `keyringAt` */
export const storeAt = (
  options: KeyOptions,
  context: SecretsOf & Pick<Outside, 'now'>,
): StoreNow => ({
  store: options.store,
  keyring: keyringAt(options, context),
  now: context.now(),
});
