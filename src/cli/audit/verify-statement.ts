import type { Command } from 'commander';
import verifyStatement from '../../api/audit/verify-statement.js';
import type { AuditStatement } from '../../audit/index.js';
import type { Io } from '../io.js';
import { addCommand } from '../operation-command.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: verifyStatement,
    name: 'verify-statement <file>',
    about:
      'check who signed a statement; the exit code is of the signature, not of the verdict in it',
    examples: ['fedshot audit verify-statement audit.dsse.json --key 9f86d081884c7d65…'],
    text: words,
  });
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
