import type { Command } from 'commander';
import renewSite from '../../api/provision/renew.js';
import type { Io } from '../io.js';
import { addCommand } from '../operation-command.js';
import { describeEnrolled } from './text.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: renewSite,
    name: 'renew <name>',
    about: 'give an enrolled site a new key and certificate',
    examples: [
      'fedshot provision renew st-mary --address weights.example.org:7443 --store work/store --out kits/st-mary-2',
    ],
    text: (result) =>
      `${describeEnrolled(result)}\nits other certificates stay valid until they expire or are revoked`,
  });
}
