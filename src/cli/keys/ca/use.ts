import type { Command } from 'commander';
import useAuthority from '../../../api/keys/ca/use.js';
import type { Io } from '../../io.js';
import { addCommand } from '../../operation-command.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: useAuthority,
    name: 'use <fingerprint>',
    about: '2. let it issue the server’s certificate',
    examples: ['fedshot keys ca use 3fa94c1d --store work/store'],
    text: ({ hosts, expires }) =>
      [
        `${hosts.join(', ')}: certificate until ${expires.toISOString().slice(0, 10)}; a running server takes it at once`,
        'next: fedshot keys ca remove OLD --store STORE',
      ].join('\n'),
  });
}
