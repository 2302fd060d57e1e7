import type { Command } from 'commander';
import { action, command } from '../command.js';
import type { Io } from '../io.js';
import { addOffice, officeOf, type OfficeOptions } from './office.js';

interface Options extends OfficeOptions {
  serial?: string;
}

export function register(parent: Command, io: Io): void {
  addOffice(
    command(
      parent,
      'revoke <name>',
      'revoke a site’s certificates; a running server knows at once',
      ['fedshot provision revoke st-mary --store work/store'],
    ),
  )
    .option('--serial <hex>', 'only the certificate with this serial number')
    .action(
      action(io, async (options: Options, site: string) => {
        const { revokeSite } = await import('../../provider/provision/index.js');
        const value = { site, revoked: revokeSite(officeOf(options, io), site, options.serial) };
        const { length } = value.revoked;
        const text = (): string =>
          length > 0
            ? `${site}: revoked ${value.revoked.join(', ')}`
            : `${site}: nothing was left to revoke`;
        return { value, text };
      }),
    );
}
