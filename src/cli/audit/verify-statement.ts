import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { AuditStatement } from '../../audit/index.js';
import { action, command } from '../command.js';
import type { Io } from '../io.js';

interface Options {
  key: string;
}

const MOST_BYTES = 2 ** 24;

function publicKey(text: string): string {
  const digits = text.replace(/[\s:]/g, '').toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(digits))
    throw new InvalidArgumentError('Expected a public key, 64 hex digits.');
  return digits;
}

function words({ subject, predicate }: AuditStatement): string {
  const { verdict, at, auditor, software, claims, without } = predicate;
  const of = (wanted: string): number => claims.filter((claim) => claim.verdict === wanted).length;
  return [
    `signed by that key: ${verdict}${without.length > 0 ? ` (without ${without.join(', ')})` : ''}, ${at}, ${auditor ?? 'auditor not named'}, ${software}`,
    `${of('PASS')} claims hold, ${of('FAIL')} fail, ${of('NOT CHECKED')} were not checked, ${of('LEFT OUT')} left out`,
    ...subject.map(({ name, digest }) => `${digest.sha256}  ${name}`),
  ].join('\n');
}

export function register(parent: Command, io: Io): void {
  command(
    parent,
    'verify-statement <file>',
    'check who signed a statement; the exit code is of the signature, not of the verdict in it',
    ['fedshot audit verify-statement audit.dsse.json --key 9f86d081884c7d65…'],
  )
    .requiredOption('--key <hex>', 'the auditor’s public key, from the auditor', publicKey)
    .action(
      action(io, async ({ key }: Options, file: string) => {
        const { openStatement } = await import('../../audit/index.js');
        const { readBytes } = await import('../../shared/files.js');
        const value = openStatement(readBytes(file, MOST_BYTES), Buffer.from(key, 'hex'));
        return { value, text: () => words(value) };
      }),
    );
}
