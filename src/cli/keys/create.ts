import { Option, type Command } from 'commander';
import { ROLES, type RoleName } from '../../shared/release/roles.js';
import { action, command } from '../command.js';
import type { Io } from '../io.js';
import { addKeyOptions, keyringAt, type KeyOptions } from '../keyring.js';
import { path } from '../options.js';

interface Options extends KeyOptions {
  role: RoleName;
}

export function register(parent: Command, io: Io): void {
  const create = command(parent, 'create', 'make a key; a root gives it its role later', [
    'fedshot keys create --role root --store work/store --keys /media/usb/keys',
  ])
    .addOption(
      new Option('--role <role>', 'what it will sign').choices(ROLES).makeOptionMandatory(),
    )
    .requiredOption('--store <dir>', 'folder of the store that it is for', path);
  addKeyOptions(create).action(
    action(io, async (options: Options) => {
      const { createKey } = await import('../../provider/keys/rotate.js');
      const value = await createKey(keyringAt(options, io, true), options.role, io.now());
      return {
        value,
        text: () =>
          `${value.file}\npublic key: ${value.public}\n` +
          `to give it the role: fedshot keys rotate --role ${value.role} --public ${value.public} --store ${options.store}`,
      };
    }),
  );
}
