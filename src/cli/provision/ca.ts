import type { Command } from 'commander';
import type { SitesAuthority } from '../../provider/provision/index.js';
import { action, command, group } from '../command.js';
import { grouped } from '../fingerprint.js';
import type { Io } from '../io.js';
import { addOffice, officeOf, type OfficeOptions } from './office.js';

const load = () => import('../../provider/provision/index.js');

export function register(program: Command, io: Io): void {
  const parent = group(program, 'ca', 'replace the authority that vouches for sites');
  show(parent, io);
  add(parent, io);
  use(parent, io);
  remove(parent, io);
}

function show(parent: Command, io: Io): void {
  addOffice(
    command(parent, 'show', 'the authorities that are accepted, and who depends on them', [
      'fedshot provision ca show --store work/store',
    ]),
  ).action(
    action(io, async (options: OfficeOptions) => {
      const { listSitesAuthorities } = await load();
      const authorities = listSitesAuthorities(officeOf(options, io));
      return { value: { authorities }, text: () => authorities.map(line).join('\n') };
    }),
  );
}

const line = ({ fingerprint, expires, inUse, sites }: SitesAuthority): string =>
  [
    `${fingerprint.slice(0, 16)}  until ${expires.slice(0, 10)}`,
    inUse ? '  new certificates are from it' : '',
    sites.length > 0 ? `  ${sites.join(', ')} would be cut off without it` : '',
  ].join('');

function add(parent: Command, io: Io): void {
  addOffice(
    command(parent, 'add', '1. make one more; the server accepts its certificates too', [
      'fedshot provision ca add --store work/store',
    ]),
  ).action(
    action(io, async (options: OfficeOptions) => {
      const { addSitesAuthority } = await load();
      const authority = await addSitesAuthority(officeOf(options, io));
      const next = `next: fedshot provision ca use ${authority.slice(0, 16)} --store STORE`;
      return { value: { authority }, text: () => `authority ${grouped(authority)}\n${next}` };
    }),
  );
}

function use(parent: Command, io: Io): void {
  addOffice(
    command(parent, 'use <fingerprint>', '2. let it issue: sites are renewed one by one', [
      'fedshot provision ca use 3fa94c1d --store work/store',
    ]),
  ).action(
    action(io, async (options: OfficeOptions, prefix: string) => {
      const { useSitesAuthority } = await load();
      const authority = useSitesAuthority(officeOf(options, io), prefix);
      const text = (): string =>
        `${authority.slice(0, 16)} issues from now on; certificates of the others stay valid\n` +
        'next: fedshot provision renew NAME … for each site, then fedshot provision ca remove OLD';
      return { value: { authority }, text };
    }),
  );
}

interface RemoveOptions extends OfficeOptions {
  force?: true;
}

function remove(parent: Command, io: Io): void {
  addOffice(
    command(parent, 'remove <fingerprint>', '3. refuse the certificates of the old one', [
      'fedshot provision ca remove 90c2b7aa --store work/store',
    ]),
  )
    .option('--force', 'although there are sites that have no other')
    .action(
      action(io, async (options: RemoveOptions, prefix: string) => {
        const { removeSitesAuthority } = await load();
        const value = removeSitesAuthority(officeOf(options, io), prefix, options.force);
        const { authority, cutOff } = value;
        const text = (): string =>
          [
            `${authority.slice(0, 16)}: its certificates are refused from now on`,
            ...(cutOff.length > 0 ? [`cut off until they are renewed: ${cutOff.join(', ')}`] : []),
          ].join('\n');
        return { value, text };
      }),
    );
}
