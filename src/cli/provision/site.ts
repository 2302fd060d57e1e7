import type { Command } from 'commander';
import { action, command } from '../command.js';
import type { Io } from '../io.js';
import { addKit, describeEnrolled, officeOf, type KitOptions } from './office.js';

export function register(parent: Command, io: Io): void {
  addKit(
    command(parent, 'site <name>', 'enrol a site: its key, certificate and start-up kit', [
      'fedshot provision site st-mary --address weights.example.org:7443 --store work/store --out kits/st-mary',
    ]),
  ).action(
    action(io, async (options: KitOptions, site: string) => {
      const { addSite } = await import('../../provider/provision/index.js');
      const value = await addSite(officeOf(options, io), { ...options, site });
      return { value, text: () => describeEnrolled(value) };
    }),
  );
}
