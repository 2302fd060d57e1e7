import type { Command } from 'commander';
import { action, command } from '../command.js';
import type { Io } from '../io.js';
import { warnOfExpiry } from '../warnings.js';
import { addKeyOptions, keyringAt, type KeyOptions } from '../keyring.js';
import { path, seconds } from '../options.js';

interface Options extends KeyOptions {
  validFor?: number;
}

const DAY = 86_400;

export function register(parent: Command, io: Io): void {
  const refresh = command(parent, 'refresh', 'sign the list of releases anew, so it stays fresh', [
    'fedshot provider refresh --store work/store',
  ])
    .requiredOption('--store <dir>', 'folder of the store', path)
    .option('--valid-for <time>', 'how long a site takes it for current (default: 7d)', seconds);
  addKeyOptions(refresh).action(
    action(io, async (options: Options) => {
      const { refreshStore } = await import('../../provider/roots/refresh.js');
      const { version, expires, releases } = await refreshStore({
        store: options.store,
        keyring: keyringAt(options, io),
        now: io.now(),
        days: options.validFor && options.validFor / DAY,
      });
      await warnOfExpiry(options, io);
      return {
        value: { version, expires, releases },
        text: () => `${Object.keys(releases).length} releases, fresh until ${expires}`,
      };
    }),
  );
}
