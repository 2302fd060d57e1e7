import type { Command } from 'commander';
import { action, command } from '../command.js';
import type { Io } from '../io.js';
import { addKit, describeEnrolled, officeOf, type KitOptions } from './office.js';

export function register(parent: Command, io: Io): void {
  addKit(
    command(parent, 'renew <name>', 'give an enrolled site a new key and certificate', [
      'fedshot provision renew st-mary --address weights.example.org:7443 --store work/store --out kits/st-mary-2',
    ]),
  ).action(
    action(io, async (options: KitOptions, site: string) => {
      const { renewSite } = await import('../../provider/provision/index.js');
      const value = await renewSite(officeOf(options, io), { ...options, site });
      const text = (): string =>
        `${describeEnrolled(value)}\nits other certificates stay valid until they expire or are revoked`;
      return { value, text };
    }),
  );
}
