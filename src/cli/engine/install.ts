import type { Command } from 'commander';
import install from '../../api/engine/install.js';
import type { Io } from '../io.js';
import { addCommand } from '../operation-command.js';

export function registerInstall(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: install,
    name: 'install [engine]',
    about: 'fetch an engine into your cache folder, or FEDSHOT_ENGINES: libtorch or tensorflow',
    examples: [
      'fedshot engine install',
      'fedshot engine install --device cuda',
      'fedshot engine install tensorflow',
    ],
    text: ({ version, folder }, { engine }) => `${engine} ${version} is in ${folder}`,
  });
}
