import type { Command } from 'commander';
import trustUpdate from '../../../api/client/trust-update.js';
import type { Io } from '../../io.js';
import { addCommand } from '../../operation-command.js';
import { describeTrust } from './text.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: trustUpdate,
    name: 'update',
    about: 'follow the provider’s roots and look at what it lists',
    examples: ['fedshot client trust update --from localhost:7443 --home work/site'],
    text: describeTrust,
  });
}
