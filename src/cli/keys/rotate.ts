import { Option, type Command } from 'commander';
import { ROLES, type RoleName } from '../../shared/release/roles.js';
import { action, command } from '../command.js';
import type { Io } from '../io.js';
import { addKeyOptions, keyringAt, type KeyOptions } from '../keyring.js';
import { path, positiveInteger, repeated } from '../options.js';
import { describeRoot } from './text.js';

interface Options extends KeyOptions {
  role: RoleName | 'server';
  public: string[];
  threshold?: number;
  host: string[];
}

export function register(parent: Command, io: Io): void {
  const rotate = command(parent, 'rotate', 'replace the keys of a role by new ones', [
    'fedshot keys rotate --role release --store work/store',
    'fedshot keys rotate --role root --public HEX --public HEX --threshold 2 --store work/store',
    'fedshot keys rotate --role server --host weights.example.org --store work/store',
  ])
    .addOption(
      new Option('--role <role>', 'whose keys; server is the certificate that serve shows')
        .choices([...ROLES, 'server'])
        .makeOptionMandatory(),
    )
    .requiredOption('--store <dir>', 'folder of the store', path)
    .option('--public <hex>', 'a public key made elsewhere, instead of a new one', repeated, [])
    .option(
      '--threshold <n>',
      'how many must sign from now on (default: as before)',
      positiveInteger,
    )
    .option('--host <name>', 'with server: one more name that sites reach it under', repeated, []);
  addKeyOptions(rotate).action(
    action(io, async ({ role, ...options }: Options) => {
      const keyring = keyringAt(options, io);
      const change = { store: options.store, keyring, now: io.now() };
      if (role === 'server') {
        const { renewServerTls } = await import('../../provider/keys/tls.js');
        const value = await renewServerTls(keyring, options.host, change.now);
        const until = value.expires.toISOString();
        return { value, text: () => `${value.hosts.join(', ')}: certificate until ${until}` };
      }
      const { rotateKeys } = await import('../../provider/keys/rotate.js');
      const { public: publicKeys, threshold } = options;
      const value = await rotateKeys({ ...change, role, publicKeys, threshold });
      return { value, text: () => describeRoot(value) };
    }),
  );
}
