import type { Command } from 'commander';
import initProvider from '../../api/provider/init.js';
import { grouped } from '../fingerprint.js';
import type { Io } from '../io.js';
import { addCommand } from '../operation-command.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: initProvider,
    name: 'init',
    about: 'make a store, its signing keys and a server certificate',
    examples: [
      'fedshot provider init --store work/store',
      'fedshot provider init --store work/store --host weights.example.org --root-keys 3 --root-threshold 2',
    ],
    text: ({ keysDir, trustFile, fingerprint }, { store }) =>
      [
        `store: ${store}`,
        `keys:  ${keysDir} (private: the root keys belong on a medium that is not connected)`,
        `hand to every site: ${trustFile}`,
        `and, over another channel, its fingerprint: ${grouped(fingerprint)}`,
        `next: fedshot provider publish --model MODEL --name NAME --store ${store}`,
      ].join('\n'),
  });
}
