import type { Command } from 'commander';
import createKey from '../../api/keys/create.js';
import type { Io } from '../io.js';
import { addCommand } from '../operation-command.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: createKey,
    name: 'create',
    about: 'make a key; a root gives it its role later',
    examples: ['fedshot keys create --role root --store work/store --keys /media/usb/keys'],
    text: ({ file, public: publicKey, role }, { store }) =>
      [
        file,
        `public key: ${publicKey}`,
        `to give it the role: fedshot keys rotate --role ${role} --public ${publicKey} --store ${store}`,
      ].join('\n'),
  });
}
