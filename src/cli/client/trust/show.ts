import type { Command } from 'commander';
import trustShow from '../../../api/client/trust-show.js';
import type { Io } from '../../io.js';
import { addCommand } from '../../operation-command.js';
import { describeTrust } from './text.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: trustShow,
    name: 'show',
    about: 'show the pinned root and the newest versions seen',
    examples: ['fedshot client trust show --home work/site'],
    text: describeTrust,
  });
}
