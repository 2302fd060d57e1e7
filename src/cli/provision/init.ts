import type { Command } from 'commander';
import { action, command } from '../command.js';
import type { Io } from '../io.js';
import { addOffice, officeOf, type OfficeOptions } from './office.js';

export function register(parent: Command, io: Io): void {
  addOffice(
    command(
      parent,
      'init',
      'make the authority for sites: from then on serve asks for certificates',
      ['fedshot provision init --store work/store'],
    ),
  ).action(
    action(io, async (options: OfficeOptions) => {
      const { initSites, sitesDir } = await import('../../provider/provision/index.js');
      const { keyring, now, store } = officeOf(options, io);
      const created = await initSites(keyring, now, store);
      const value = { created, sites: sitesDir(keyring) };
      return {
        value,
        text: () =>
          created
            ? `made in ${value.sites}: only enrolled sites may pull now\nnext: fedshot provision site NAME …`
            : `${value.sites} has one already; nothing was changed`,
      };
    }),
  );
}
