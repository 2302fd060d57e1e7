import type { Command } from 'commander';
import { group } from '../../command.js';
import type { Io } from '../../io.js';
import { register as registerAdd } from './add.js';
import { register as registerRemove } from './remove.js';
import { register as registerShow } from './show.js';
import { register as registerUse } from './use.js';

export function register(parent: Command, io: Io): void {
  const ca = group(parent, 'ca', 'replace the authority that vouches for the server');
  for (const one of [registerShow, registerAdd, registerUse, registerRemove]) one(ca, io);
}
