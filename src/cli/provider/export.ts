import type { Command } from 'commander';
import exportStore from '../../api/provider/export.js';
import type { Io } from '../io.js';
import { addCommand } from '../operation-command.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: exportStore,
    name: 'export <dir>',
    about: 'copy what is on offer into a folder that any web server can serve',
    examples: ['fedshot provider export public --store work/store'],
    text: ({ releases, newObjects, newBytes, folder, freshUntil }) =>
      [
        ...releases.map(({ name, version }) => `${name} ${version}`),
        `${newObjects} new objects, ${newBytes} bytes, in ${folder}`,
        `export again before ${freshUntil}: then the list of releases expires`,
      ].join('\n'),
  });
}
