import type { Command } from 'commander';
import type { Authority } from '../../provider/keys/ca.js';
import { action, command, group } from '../command.js';
import { grouped } from '../fingerprint.js';
import type { Io } from '../io.js';
import { addKeyOptions, keyringAt, type KeyOptions } from '../keyring.js';
import { path } from '../options.js';
import { describeRoot } from './text.js';

const load = () => import('../../provider/keys/ca.js');

const withStore = (made: Command): Command =>
  addKeyOptions(made.requiredOption('--store <dir>', 'folder of the store', path));

const change = (options: KeyOptions, io: Io) => ({
  store: options.store,
  keyring: keyringAt(options, io),
  now: io.now(),
});

export function register(program: Command, io: Io): void {
  const parent = group(program, 'ca', 'replace the authority that vouches for the server');
  show(parent, io);
  add(parent, io);
  use(parent, io);
  remove(parent, io);
}

function show(parent: Command, io: Io): void {
  withStore(
    command(parent, 'show', 'the authorities that the root names', [
      'fedshot keys ca show --store work/store',
    ]),
  ).action(
    action(io, async (options: KeyOptions) => {
      const { listAuthorities } = await load();
      const authorities = listAuthorities(options.store, keyringAt(options, io));
      return { value: { authorities }, text: () => authorities.map(line).join('\n') };
    }),
  );
}

const line = ({ fingerprint, expires, here, inUse }: Authority): string =>
  [
    `${fingerprint.slice(0, 16)}  until ${expires.slice(0, 10)}`,
    inUse ? '  the server’s certificate is from it' : '',
    here ? '' : '  (its key is not here)',
  ].join('');

function add(parent: Command, io: Io): void {
  withStore(
    command(parent, 'add', '1. name one more in the next root; servers go on as they are', [
      'fedshot keys ca add --store work/store',
      'fedshot keys ca add --cert hospital-ca.pem --store work/store',
    ]),
  )
    .option('--cert <file>', 'certificate of an authority kept elsewhere, PEM', path)
    .action(
      action(io, async ({ cert, ...options }: KeyOptions & { cert?: string }) => {
        const { addAuthority } = await load();
        const value = await addAuthority({ ...change(options, io), file: cert });
        const id = value.authority.slice(0, 16);
        const next = `next, once every site has pulled: fedshot keys ca use ${id} --store STORE`;
        const text = (): string =>
          [`authority ${grouped(value.authority)}`, describeRoot(value), next].join('\n');
        return { value, text };
      }),
    );
}

function use(parent: Command, io: Io): void {
  withStore(
    command(parent, 'use <fingerprint>', '2. let it issue the server’s certificate', [
      'fedshot keys ca use 3fa94c1d --store work/store',
    ]),
  ).action(
    action(io, async (options: KeyOptions, authority: string) => {
      const { useAuthority } = await load();
      const value = await useAuthority({ ...change(options, io), authority });
      const until = value.expires.toISOString().slice(0, 10);
      return {
        value,
        text: () =>
          `${value.hosts.join(', ')}: certificate until ${until}; a running server takes it at once\n` +
          'next: fedshot keys ca remove OLD --store STORE',
      };
    }),
  );
}

function remove(parent: Command, io: Io): void {
  withStore(
    command(parent, 'remove <fingerprint>', '3. take the old one out of the next root', [
      'fedshot keys ca remove 90c2b7aa --store work/store',
    ]),
  ).action(
    action(io, async (options: KeyOptions, authority: string) => {
      const { removeAuthority } = await load();
      const value = await removeAuthority({ ...change(options, io), authority });
      return { value, text: () => describeRoot(value) };
    }),
  );
}
