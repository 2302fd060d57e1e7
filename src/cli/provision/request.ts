import type { Command } from 'commander';
import { action, command } from '../command.js';
import { grouped } from '../fingerprint.js';
import type { Io } from '../io.js';
import { path } from '../options.js';

export function register(parent: Command, io: Io): void {
  command(
    parent,
    'request <name>',
    'at a site: make a key that stays here, and a request to send',
    ['fedshot provision request st-mary --out enrolment'],
  )
    .requiredOption('--out <dir>', 'folder for key and request', path)
    .action(
      action(io, async ({ out }: { out: string }, site: string) => {
        const { requestCertificate } = await import('../../provider/provision/index.js');
        const value = await requestCertificate(site, out);
        return {
          value,
          text: () =>
            [
              `send to the provider: ${value.request}`,
              `keep here, and secret: ${value.key}`,
              `tell the provider over another channel: ${grouped(value.fingerprint)}`,
            ].join('\n'),
        };
      }),
    );
}
