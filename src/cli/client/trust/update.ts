import type { Command } from 'commander';
import { action, command } from '../../command.js';
import type { Io } from '../../io.js';
import { path } from '../../options.js';
import { addIsolateOption, enterIsolation, type IsolateFlag } from '../../isolation.js';
import { addMirrorOptions, sourceNeeds, webAuthorities, type MirrorOptions } from '../mirrors.js';
import { describeTrust } from './text.js';

interface Options extends MirrorOptions, IsolateFlag {
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
  addIsolateOption(addMirrorOptions(update)).action(
    action(io, async ({ from, home, isolate, ...mirrors }: Options) => {
      await enterIsolation(io, sourceNeeds({ ...mirrors, from: [from], home, isolate }, io));
      const [
        { readTrust, trustReport, updateTrust },
        { openSource, readIdentity },
        { followAuthority },
        { trustWarnings },
      ] = await Promise.all([
        import('../../../client/trust/trust.js'),
        import('../../../client/transfer/index.js'),
        import('../../../client/pull/authority.js'),
        import('../../../client/trust/expiry.js'),
      ]);
      const webCa = await webAuthorities(mirrors, io);
      const identity = readIdentity(home);
      const { signal, reporter } = io;
      const update = async () => {
        const { ca } = readTrust(home).root.document.tls;
        const source = openSource(from, { ca, webCa, identity, signal });
        try {
          return await updateTrust(source, home, io.now());
        } finally {
          source.close();
        }
      };
      const state = await update().catch(async (error: unknown) => {
        const at = { home, from: [from], now: io.now() };
        if (!(await followAuthority(at, error, { identity, signal }, reporter))) throw error;
        return update();
      });
      const value = trustReport(state);
      for (const line of trustWarnings(home, state.root, io.now())) reporter.warn(line);
      return { value, text: () => describeTrust(value) };
    }),
  );
}
