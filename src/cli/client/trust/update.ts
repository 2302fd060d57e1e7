import type { Command } from 'commander';
import { action, command } from '../../command.js';
import type { Io } from '../../io.js';
import { path } from '../../options.js';
import { addMirrorOptions, webAuthorities, type MirrorOptions } from '../mirrors.js';
import { describeTrust } from './text.js';

interface Options extends MirrorOptions {
  from: string;
  home: string;
}

export function register(parent: Command, io: Io): void {
  const update = command(
    parent,
    'update',
    'follow the provider’s roots and look at what it lists',
    ['fedshot client trust update --from localhost:7443 --home work/site'],
  )
    .requiredOption('--from <source>', 'HOST:PORT, https://… or a folder')
    .requiredOption('--home <dir>', 'folder of this site', path);
  addMirrorOptions(update).action(
    action(io, async ({ from, home, ...mirrors }: Options) => {
      const [{ readTrust, trustReport, updateTrust }, { openSource }, { readIdentity }] =
        await Promise.all([
          import('../../../client/trust.js'),
          import('../../../client/transfer/index.js'),
          import('../../../client/transfer/identity.js'),
        ]);
      const { ca } = readTrust(home).root.document.tls;
      const webCa = await webAuthorities(mirrors, io);
      const identity = readIdentity(home);
      const source = openSource(from, { ca, webCa, identity, signal: io.signal });
      try {
        const value = trustReport(await updateTrust(source, home, io.now()));
        return { value, text: () => describeTrust(value) };
      } finally {
        source.close();
      }
    }),
  );
}
