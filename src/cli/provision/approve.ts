import type { Command } from 'commander';
import { action, command } from '../command.js';
import { grouped } from '../fingerprint.js';
import type { Io } from '../io.js';
import { addKit, describeEnrolled, officeOf, type KitOptions } from './office.js';

interface Options extends KitOptions {
  fingerprint?: string;
}

export function register(parent: Command, io: Io): void {
  addKit(
    command(parent, 'approve <request>', 'grant the request of a site that keeps its own key', [
      'fedshot provision approve st-mary.csr --fingerprint "1f3a 90c2 …" --address weights.example.org:7443 --store work/store --out kits/st-mary',
    ]),
  )
    .option('--fingerprint <hex>', 'refuse any key but the one with this fingerprint')
    .action(
      action(io, async ({ fingerprint, ...options }: Options, file: string) => {
        const { approveRequest } = await import('../../provider/provision/index.js');
        const value = await approveRequest(officeOf(options, io), file, options, fingerprint);
        const compare = `compare its key with the site, over another channel: ${grouped(value.fingerprint)}`;
        const old = `${value.revokedWithoutKey} revoked certificates of ${value.site} are from fedshot 0.1, which noted no keys: make sure that this is not one of those`;
        const text = (): string =>
          [
            describeEnrolled(value),
            ...(fingerprint ? [] : [compare]),
            ...(value.revokedWithoutKey > 0 ? [old] : []),
          ].join('\n');
        return { value, text };
      }),
    );
}
