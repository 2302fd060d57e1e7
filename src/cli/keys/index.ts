import type { Command } from 'commander';
import { group } from '../command.js';
import type { Io } from '../io.js';
import { register as registerCa } from './ca/index.js';
import { register as registerCreate } from './create.js';
import { register as registerRenew } from './renew.js';
import { register as registerRevoke } from './revoke.js';
import { register as registerRotate } from './rotate.js';
import { register as registerShow } from './show.js';
import { register as registerSign } from './sign.js';

export function registerKeys(program: Command, io: Io): void {
  const parent = group(program, 'keys', 'create, rotate, revoke and show signing keys');
  for (const register of commands) register(parent, io);
}

/** In the order that `--help` lists them. */
const commands: ((parent: Command, io: Io) => void)[] = [
  registerShow,
  registerCreate,
  registerRotate,
  registerRevoke,
  registerRenew,
  registerSign,
  registerCa,
];
