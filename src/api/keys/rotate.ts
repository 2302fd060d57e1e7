import { z } from 'zod';
import type { RootOutcome } from '../../provider/keys/root.js';
import { choice, positiveInteger, several, text } from '../../shared/option.js';
import { ROLES, type RoleName } from '../../shared/release/roles.js';
import { keyOptions } from '../keyring.js';
import { defineOperation } from '../operation.js';
import { storeAt, storeFolder } from '../store.js';

const SIGNERS_ALONE = 'A server’s certificate has one key, which is made anew.';

export const rotateKeysOptions = z
  .strictObject({
    role: choice<RoleName | 'server'>('<role>', [...ROLES, 'server']).describe(
      'whose keys; server is the certificate that serve shows',
    ),
    store: storeFolder,
    public: several(text('<hex>'))
      .default([])
      .describe('a public key made elsewhere, instead of a new one'),
    threshold: positiveInteger()
      .optional()
      .describe('how many must sign from now on (default: as before)'),
    host: several(text('<name>'))
      .default([])
      .describe('with server: one more name that sites reach it under'),
    ...keyOptions,
  })
  .superRefine(({ role, public: made, threshold, host }, context) => {
    const refuse = (option: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [option], message });
    if (role === 'server' && made.length > 0) refuse('public', SIGNERS_ALONE);
    if (role === 'server' && threshold !== undefined) refuse('threshold', SIGNERS_ALONE);
    if (role !== 'server' && host.length > 0)
      refuse('host', 'Only the role server is reached under a name.');
  });
export type RotateKeysInput = z.input<typeof rotateKeysOptions>;

/** A server's new certificate. */
export interface ServerRenewal {
  hosts: string[];
  expires: Date;
}
export type RotateKeysOutcome = RootOutcome | ServerRenewal;

/** Replaces the keys of a role by new ones, in the next root; or the server's certificate. */
export default defineOperation({
  name: 'keys rotate',
  module: import.meta.url,
  options: rotateKeysOptions,
  async run({ role, ...options }, context): Promise<RotateKeysOutcome> {
    const change = storeAt(options, context);
    const { public: publicKeys, threshold, host } = options;
    if (role === 'server') {
      const { renewServerTls } = await import('../../provider/keys/tls.js');
      return renewServerTls(change.keyring, host, change.now);
    }
    const { rotateKeys } = await import('../../provider/keys/rotate.js');
    return rotateKeys({ ...change, role, publicKeys, threshold });
  },
});
