import type { Command } from 'commander';
import { action, command } from '../command.js';
import type { Io } from '../io.js';
import { addKeyOptions, keyringAt, type KeyOptions } from '../keyring.js';
import { describeRoot } from '../keys/text.js';
import { nonNegativeInteger, path } from '../options.js';

interface Options extends KeyOptions {
  log?: string;
  size?: number;
  origin?: string;
}

export function register(parent: Command, io: Io): void {
  const recover = command(
    parent,
    'recover',
    'after the log was restored from a back-up: say so in the next root, once',
    ['fedshot provider recover --store work/store'],
  )
    .requiredOption('--store <dir>', 'folder of the store', path)
    .option('--log <dir>', 'the log as restored (default: the store’s name + -log)', path)
    .option(
      '--size <n>',
      'leaves that the copy had, where a server has written to it since',
      nonNegativeInteger,
    )
    .option('--origin <name>', 'name of a log of which nothing is left');
  addKeyOptions(recover).action(
    action(io, async ({ store, log, size: had, origin, ...options }: Options) => {
      const { recoverLog } = await import('../../provider/backup/recover.js');
      const keyring = keyringAt({ store, ...options }, io);
      const value = await recoverLog({
        store,
        keyring,
        now: io.now(),
        dir: log,
        size: had,
        origin,
      });
      const { size, origin: name } = value.recovery;
      return {
        value,
        text: () =>
          `${name} goes on from ${size} leaves; what was logged after them is lost, and sites are told so\n` +
          describeRoot(value),
      };
    }),
  );
}
