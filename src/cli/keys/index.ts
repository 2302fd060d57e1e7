import type { Command } from 'commander';
import { group } from '../command.js';
import type { Io } from '../io.js';

export function registerKeys(program: Command, io: Io): void {
  const parent = group(program, 'keys', 'create, rotate, revoke and show signing keys');
  for (const register of commands) register(parent, io);
}

/** In the order that `--help` lists them. */
const commands: ((parent: Command, io: Io) => void)[] = [];
