import type { Command } from 'commander';
import initSite from '../../../api/client/init.js';
import type { Io } from '../../io.js';
import { addCommand } from '../../operation-command.js';
import { describePinned } from './text.js';

/** The same act as `client init`, for a site that is there. */
export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: initSite,
    name: 'pin',
    about: 'pin a provider’s root, or take its next root from a file',
    examples: ['fedshot client trust pin --trust trust.json --home work/site'],
    text: describePinned,
  });
}
