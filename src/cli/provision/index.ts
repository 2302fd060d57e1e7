import type { Command } from 'commander';
import { group } from '../command.js';
import type { Io } from '../io.js';
import { register as registerApprove } from './approve.js';
import { register as registerCa } from './ca/index.js';
import { register as registerInit } from './init.js';
import { register as registerList } from './list.js';
import { register as registerRenew } from './renew.js';
import { register as registerRequest } from './request.js';
import { register as registerRevoke } from './revoke.js';
import { register as registerSite } from './site.js';

export function registerProvision(program: Command, io: Io): void {
  const parent = group(program, 'provision', 'enrol sites: certificates and start-up kits');
  for (const register of commands) register(parent, io);
}

/** In the order that `--help` lists them. */
const commands: ((parent: Command, io: Io) => void)[] = [
  registerInit,
  registerSite,
  registerRequest,
  registerApprove,
  registerRenew,
  registerRevoke,
  registerList,
  registerCa,
];
