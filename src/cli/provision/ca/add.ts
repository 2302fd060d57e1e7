import type { Command } from 'commander';
import addSitesAuthority from '../../../api/provision/ca/add.js';
import { grouped } from '../../fingerprint.js';
import type { Io } from '../../io.js';
import { addCommand } from '../../operation-command.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: addSitesAuthority,
    name: 'add',
    about: '1. make one more; the server accepts its certificates too',
    examples: ['fedshot provision ca add --store work/store'],
    text: ({ authority }) =>
      [
        `authority ${grouped(authority)}`,
        `next: fedshot provision ca use ${authority.slice(0, 16)} --store STORE`,
      ].join('\n'),
  });
}
