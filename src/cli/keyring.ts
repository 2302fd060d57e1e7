import type { Command } from 'commander';
import { z } from 'zod';
import { keyOptions } from '../api/keyring.js';
import { declareOptions } from './schema.js';

export { keyringAt, keysDir, sealerOf, type KeyOptions } from '../api/keyring.js';

/** Adds `--keys`, `--passphrase-fd` and `--key-fd` to a command. */
export function addKeyOptions(command: Command): Command {
  declareOptions(command, z.strictObject(keyOptions), {
    [command.optionsGroup() ?? 'Options:']: Object.keys(keyOptions),
  });
  return command;
}
