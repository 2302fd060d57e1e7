import type { Command } from 'commander';
import initSites from '../../api/provision/init.js';
import type { Io } from '../io.js';
import { addCommand } from '../operation-command.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: initSites,
    name: 'init',
    about: 'make the authority for sites: from then on serve asks for certificates',
    examples: ['fedshot provision init --store work/store'],
    text: ({ created, sites }) =>
      created
        ? `made in ${sites}: only enrolled sites may pull now\nnext: fedshot provision site NAME …`
        : `${sites} has one already; nothing was changed`,
  });
}
