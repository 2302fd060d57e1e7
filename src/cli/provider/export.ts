import type { Command } from 'commander';
import { action, command } from '../command.js';
import type { Io } from '../io.js';
import { path } from '../options.js';

export function register(parent: Command, io: Io): void {
  command(
    parent,
    'export <dir>',
    'copy what is on offer into a folder that any web server can serve',
    ['fedshot provider export public --store work/store'],
  )
    .requiredOption('--store <dir>', 'folder of the store', path)
    .action(
      action(io, async ({ store }: { store: string }, dir: string) => {
        const { exportStore } = await import('../../provider/export/index.js');
        const value = exportStore({ store, out: path(dir), now: io.now() });
        return {
          value,
          text: () =>
            [
              ...value.releases.map(({ name, version }) => `${name} ${version}`),
              `${value.newObjects} new objects, ${value.newBytes} bytes, in ${value.folder}`,
              `export again before ${value.freshUntil}: then the list of releases expires`,
            ].join('\n'),
        };
      }),
    );
}
