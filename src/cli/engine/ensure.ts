import type { Command } from 'commander';
import ensure from '../../api/engine/ensure.js';
import type { Io } from '../io.js';
import { addCommand } from '../operation-command.js';

export function registerEnsure(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: ensure,
    name: 'ensure',
    about: 'fetch LibTorch if nothing fast is here; never fails for want of it',
    examples: ['fedshot engine ensure'],
    text: ({ engine, version, device }) => `engine: ${engine} ${version} on ${device}`,
  });
}
