import type { Command } from 'commander';
import showKeys, { type ShowKeysOutcome } from '../../api/keys/show.js';
import { grouped } from '../fingerprint.js';
import type { Io } from '../io.js';
import { addCommand } from '../operation-command.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: showKeys,
    name: 'show',
    about: 'show roles, keys, where they are and what expires',
    examples: ['fedshot keys show --store work/store'],
    text: describe,
  });
}

function describe({ root, roles, unused, server }: ShowKeysOutcome): string {
  return [
    `root ${root.version}, until ${root.expires}`,
    `fingerprint ${grouped(root.fingerprint)}`,
    ...roles.flatMap(({ role, threshold, keys }) => [
      `${role}: ${threshold} of ${keys.length} must sign`,
      ...keys.map(({ keyid, file }) => `  ${keyid.slice(0, 16)}  ${file ?? '(not here)'}`),
    ]),
    ...unused.map((key) => `no role: ${key.keyid.slice(0, 16)}  ${key.file}`),
    ...(server ? [`server certificate: ${server.hosts.join(', ')}, until ${server.expires}`] : []),
  ].join('\n');
}
