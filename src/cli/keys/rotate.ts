import type { Command } from 'commander';
import rotateKeys from '../../api/keys/rotate.js';
import type { Io } from '../io.js';
import { addCommand } from '../operation-command.js';
import { describeRoot } from './text.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: rotateKeys,
    name: 'rotate',
    about: 'replace the keys of a role by new ones',
    examples: [
      'fedshot keys rotate --role release --store work/store',
      'fedshot keys rotate --role root --public HEX --public HEX --threshold 2 --store work/store',
      'fedshot keys rotate --role server --host weights.example.org --store work/store',
    ],
    text: (result) =>
      'hosts' in result
        ? `${result.hosts.join(', ')}: certificate until ${result.expires.toISOString()}`
        : describeRoot(result),
  });
}
