import type { Command } from 'commander';
import { group } from '../command.js';
import type { Io } from '../io.js';
import { registerBench } from './bench.js';
import { registerEnsure } from './ensure.js';
import { registerInstall } from './install.js';
import { registerList } from './list.js';

export function registerEngine(program: Command, io: Io): void {
  const parent = group(program, 'engine', 'tensor engines: what is here, installing, timing');
  for (const register of commands) register(parent, io);
}

/** In the order that `--help` lists them. */
const commands = [registerList, registerInstall, registerEnsure, registerBench];
