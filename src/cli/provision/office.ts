import type { Command } from 'commander';
import type { Enrolled, Office } from '../../provider/provision/index.js';
import type { Io } from '../io.js';
import { addKeyOptions, keyringAt, type KeyOptions } from '../keyring.js';
import { address, path, positiveInteger } from '../options.js';

/** What every command of the provider's side takes. */
export type OfficeOptions = KeyOptions;

export interface KitOptions extends OfficeOptions {
  address: string;
  out: string;
  days?: number;
}

export function addOffice(command: Command): Command {
  return addKeyOptions(command.requiredOption('--store <dir>', 'folder of the store', path));
}

export function addKit(command: Command): Command {
  return addOffice(command)
    .requiredOption(
      '--address <host:port>',
      'where the site reaches the server; stands in the kit',
      address,
    )
    .requiredOption('--out <dir>', 'folder for the start-up kit; empty or absent', path)
    .option('--days <n>', 'validity of the certificate (default 397)', positiveInteger);
}

export function officeOf(options: OfficeOptions, io: Io): Office {
  return { store: options.store, keyring: keyringAt(options, io), now: io.now() };
}

export function describeEnrolled({ site, serial, notAfter, kit }: Enrolled): string {
  return [
    `${site}: certificate ${serial}, valid until ${notAfter.slice(0, 10)}`,
    `hand over: ${kit} (its README.md says how it is used)`,
  ].join('\n');
}
