import type { Command } from 'commander';
import { action, command } from '../../command.js';
import type { Io } from '../../io.js';
import { path } from '../../options.js';
import { describeTrust } from './text.js';

export function register(parent: Command, io: Io): void {
  command(parent, 'show', 'show the pinned root and the newest versions seen', [
    'fedshot client trust show --home work/site',
  ])
    .requiredOption('--home <dir>', 'folder of this site', path)
    .action(
      action(io, async ({ home }: { home: string }) => {
        const [{ readTrust, trustReport }, { trustWarnings }] = await Promise.all([
          import('../../../client/trust/trust.js'),
          import('../../../client/trust/expiry.js'),
        ]);
        const state = readTrust(home);
        for (const line of trustWarnings(home, state.root, io.now())) io.reporter.warn(line);
        const value = trustReport(state);
        return { value, text: () => describeTrust(value) };
      }),
    );
}
