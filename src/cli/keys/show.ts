import type { Command } from 'commander';
import type { KeyReport } from '../../provider/keys/show.js';
import { action, command } from '../command.js';
import type { Io } from '../io.js';
import { addKeyOptions, keyringAt, type KeyOptions } from '../keyring.js';
import { path } from '../options.js';
import { grouped } from '../fingerprint.js';
import { warnOfExpiry } from '../warnings.js';

export function register(parent: Command, io: Io): void {
  const show = command(parent, 'show', 'show roles, keys, where they are and what expires', [
    'fedshot keys show --store work/store',
  ]).requiredOption('--store <dir>', 'folder of the store', path);
  addKeyOptions(show).action(
    action(io, async (options: KeyOptions) => {
      const { showKeys } = await import('../../provider/keys/show.js');
      const value = showKeys(options.store, keyringAt(options, io));
      const warnings = await warnOfExpiry(options, io);
      return { value: { ...value, warnings }, text: () => describe(value) };
    }),
  );
}

function describe({ root, roles, unused, server }: KeyReport): string {
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
