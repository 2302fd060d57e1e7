import type { Command } from 'commander';
import addAuthority from '../../../api/keys/ca/add.js';
import { grouped } from '../../fingerprint.js';
import type { Io } from '../../io.js';
import { addCommand } from '../../operation-command.js';
import { describeRoot } from '../text.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: addAuthority,
    name: 'add',
    about: '1. name one more in the next root; servers go on as they are',
    examples: [
      'fedshot keys ca add --store work/store',
      'fedshot keys ca add --cert hospital-ca.pem --store work/store',
    ],
    text: (result) =>
      [
        `authority ${grouped(result.authority)}`,
        describeRoot(result),
        `next, once every site has pulled: fedshot keys ca use ${result.authority.slice(0, 16)} --store STORE`,
      ].join('\n'),
  });
}
