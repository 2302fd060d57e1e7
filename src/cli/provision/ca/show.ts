import type { Command } from 'commander';
import showSitesAuthorities from '../../../api/provision/ca/show.js';
import type { SitesAuthority } from '../../../provider/provision/index.js';
import type { Io } from '../../io.js';
import { addCommand } from '../../operation-command.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: showSitesAuthorities,
    name: 'show',
    about: 'the authorities that are accepted, and who depends on them',
    examples: ['fedshot provision ca show --store work/store'],
    text: ({ authorities }) => authorities.map(line).join('\n'),
  });
}

const line = ({ fingerprint, expires, inUse, sites }: SitesAuthority): string =>
  [
    `${fingerprint.slice(0, 16)}  until ${expires.slice(0, 10)}`,
    inUse ? '  new certificates are from it' : '',
    sites.length > 0 ? `  ${sites.join(', ')} would be cut off without it` : '',
  ].join('');
