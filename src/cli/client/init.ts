import type { Command } from 'commander';
import initSite from '../../api/client/init.js';
import type { Io } from '../io.js';
import { addCommand } from '../operation-command.js';
import { describePinned } from './trust/text.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: initSite,
    name: 'init',
    about: 'make a site’s folder and pin the provider that it trusts',
    examples: [
      'fedshot client init --trust trust.json --home work/site --fingerprint "1f3a 90c2 …"',
    ],
    text: describePinned,
  });
}
