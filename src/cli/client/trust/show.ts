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
        const { readTrust, trustReport } = await import('../../../client/trust.js');
        const value = trustReport(readTrust(home));
        return { value, text: () => describeTrust(value) };
      }),
    );
}
