import type { Command } from 'commander';
import rollback from '../../api/client/rollback.js';
import type { Io } from '../io.js';
import { addCommand } from '../operation-command.js';
import { inUseLine } from './in-use-line.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: rollback,
    name: 'rollback',
    about: 'go back to the run that was accepted and in use before',
    examples: ['fedshot client rollback --home work/site --name digits'],
    text: inUseLine,
  });
}
