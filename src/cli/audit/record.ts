import type { Command } from 'commander';
import record, { type RecorderReady } from '../../api/audit/record.js';
import type { Io } from '../io.js';
import { addCommand } from '../operation-command.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: record,
    name: 'record',
    about: 'stand between provider and sites, count bytes and keep no content',
    examples: ['fedshot audit record --listen 0.0.0.0:7444 --to provider:7443 --out record.jsonl'],
    answer: (ready) => listening(ready as RecorderReady),
    text: () => '',
  });
}

const listening = ({ address, out, key }: RecorderReady): string =>
  [
    `recording on ${address} into ${out}`,
    `signed by the key ${key}; auditors pin it with --recorder-key`,
  ].join('\n');
