import type { Command } from 'commander';
import { group } from '../command.js';
import type { Io } from '../io.js';

export function registerProvision(program: Command, io: Io): void {
  const parent = group(program, 'provision', 'enrol sites: certificates and start-up kits');
  for (const register of commands) register(parent, io);
}

/** In the order that `--help` lists them. */
const commands: ((parent: Command, io: Io) => void)[] = [];
