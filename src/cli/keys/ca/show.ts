import type { Command } from 'commander';
import showAuthorities from '../../../api/keys/ca/show.js';
import type { Authority } from '../../../provider/keys/ca.js';
import type { Io } from '../../io.js';
import { addCommand } from '../../operation-command.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: showAuthorities,
    name: 'show',
    about: 'the authorities that the root names',
    examples: ['fedshot keys ca show --store work/store'],
    text: ({ authorities }) => authorities.map(line).join('\n'),
  });
}

const line = ({ fingerprint, expires, here, inUse }: Authority): string =>
  [
    `${fingerprint.slice(0, 16)}  until ${expires.slice(0, 10)}`,
    inUse ? '  the server’s certificate is from it' : '',
    here ? '' : '  (its key is not here)',
  ].join('');
