import type { Command } from 'commander';
import type { SiteStatus } from '../../provider/provision/index.js';
import { action, command } from '../command.js';
import type { Io } from '../io.js';
import { warnOfExpiry } from '../warnings.js';
import { addOffice, officeOf, type OfficeOptions } from './office.js';

export function register(parent: Command, io: Io): void {
  addOffice(
    command(parent, 'list', 'every site and its certificates', [
      'fedshot provision list --store work/store',
    ]),
  ).action(
    action(io, async (options: OfficeOptions) => {
      const { listSites, siteWarnings } = await import('../../provider/provision/index.js');
      const { table } = await import('../../shared/report/terminal/index.js');
      const sites = listSites(officeOf(options, io));
      await warnOfExpiry(options, io);
      for (const line of siteWarnings(sites, io.now())) io.reporter.warn(line);
      const shown = (): string =>
        table<SiteStatus>(
          [
            { heading: 'site', value: (row) => row.site },
            { heading: 'status', value: (row) => row.status },
            { heading: 'until', value: (row) => row.notAfter.slice(0, 10) },
            { heading: 'serial', value: (row) => row.serial },
          ],
          sites,
        );
      const text = (): string => (sites.length > 0 ? shown() : 'no site is enrolled');
      return { value: { sites }, text };
    }),
  );
}
