import type { Command } from 'commander';
import evidence from '../../api/client/evidence.js';
import type { Io } from '../io.js';
import { addCommand } from '../operation-command.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: evidence,
    name: 'evidence <folder>',
    about: 'write what an auditor needs of this site, signed, and nothing that is private',
    examples: ['fedshot client evidence work/for-the-auditor --home work/site'],
    text: ({ out, files, bytes, runs, stays, key }) =>
      [
        `${out}: ${files} files of ${bytes} bytes, ${runs} runs; ${stays} files stay here`,
        `signed by the key ${key.keyid}${key.created ? `, made just now: ${key.file}` : ''}`,
        'tell the auditor this number over another channel; then: fedshot audit --site FOLDER --site-key NUMBER …',
      ].join('\n'),
  });
}
