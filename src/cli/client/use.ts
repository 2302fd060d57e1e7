import type { Command } from 'commander';
import useRun from '../../api/client/use.js';
import type { Io } from '../io.js';
import { addCommand } from '../operation-command.js';
import { inUseLine } from './in-use-line.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: useRun,
    name: 'use <run>',
    about: 'put a run into use: its id, the beginning of it, or its name',
    examples: [
      'fedshot client use 20261127T132927123Z-4c1f0a --home work/site',
      'fedshot client use nightly --home work/site --name digits --force',
    ],
    text: inUseLine,
  });
}
