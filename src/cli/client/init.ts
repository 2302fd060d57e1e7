import type { Command } from 'commander';
import { action, command } from '../command.js';
import type { Io } from '../io.js';
import { path } from '../options.js';
import { describeTrust } from './trust/text.js';

interface Options {
  trust: string;
  home: string;
  fingerprint?: string;
  replace?: boolean;
  kit?: string;
}

const COMPARE = 'compare this fingerprint with the provider, over another channel';

/** Declares what pinning needs; `client init` and `client trust pin` are the same act. */
export function addPin(
  parent: Command,
  io: Io,
  name: string,
  about: string,
  example: string,
): void {
  command(parent, name, about, [example])
    .requiredOption('--trust <file>', 'the provider’s trust.json', path)
    .requiredOption('--home <dir>', 'folder of this site', path)

    .option('--fingerprint <hex>', 'refuse any root but the one with this fingerprint')
    .option('--kit <dir>', 'start-up kit: keep its certificate to show the provider', path)
    .option('--replace', 'forget another provider that is pinned, and everything seen of it')
    .action(
      action(io, async ({ trust, kit, ...options }: Options) => {
        const { pinTrust, trustReport } = await import('../../client/trust/trust.js');
        const { installIdentity } = await import('../../client/transfer/index.js');
        const value = trustReport(pinTrust({ file: trust, ...options }));
        if (kit !== undefined) installIdentity(options.home, kit);
        return {
          value,
          text: () => [describeTrust(value), ...(options.fingerprint ? [] : [COMPARE])].join('\n'),
        };
      }),
    );
}

export function register(parent: Command, io: Io): void {
  addPin(
    parent,
    io,
    'init',
    'make a site’s folder and pin the provider that it trusts',
    'fedshot client init --trust trust.json --home work/site --fingerprint "1f3a 90c2 …"',
  );
}
