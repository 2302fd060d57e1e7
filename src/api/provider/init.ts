import { z } from 'zod';
import type { Initialized } from '../../provider/keys/init.js';
import { path, positiveInteger, several, text } from '../../shared/option.js';
import { keyOptions, keyringAt } from '../keyring.js';
import { defineOperation } from '../operation.js';

export const initProviderOptions = z.strictObject({
  store: path('<dir>').describe('folder of the store, public'),
  host: several(text('<name>'))
    .default([])
    .describe('name or address that sites reach the server under'),
  rootKeys: positiveInteger().default(1).describe('how many root keys to make'),
  rootThreshold: positiveInteger().default(1).describe('how many of them must sign a root'),
  ...keyOptions,
});
export type InitProviderInput = z.input<typeof initProviderOptions>;

/** Makes a store, its signing keys and a server certificate. */
export default defineOperation({
  name: 'provider init',
  module: import.meta.url,
  options: initProviderOptions,
  async run(options, context): Promise<Initialized> {
    const { initProvider } = await import('../../provider/keys/init.js');
    const { store, host, rootKeys, rootThreshold } = options;
    return initProvider({
      store,
      rootKeys,
      rootThreshold,
      keyring: keyringAt(options, context, true),
      hosts: host,
      now: context.now(),
    });
  },
});
