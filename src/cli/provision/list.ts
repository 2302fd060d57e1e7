import type { Command } from 'commander';
import listSites from '../../api/provision/list.js';
import type { SiteStatus } from '../../provider/provision/index.js';
import { table } from '../../shared/report/terminal/index.js';
import type { Io } from '../io.js';
import { addCommand } from '../operation-command.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: listSites,
    name: 'list',
    about: 'every site and its certificates',
    examples: ['fedshot provision list --store work/store'],
    text: ({ sites }) => (sites.length > 0 ? rows(sites) : 'no site is enrolled'),
  });
}

const rows = (sites: SiteStatus[]): string =>
  table<SiteStatus>(
    [
      { heading: 'site', value: (row) => row.site },
      { heading: 'status', value: (row) => row.status },
      { heading: 'until', value: (row) => row.notAfter.slice(0, 10) },
      { heading: 'serial', value: (row) => row.serial },
    ],
    sites,
  );
