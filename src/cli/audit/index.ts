import type { Command } from 'commander';
import { group } from '../command.js';
import type { Io } from '../io.js';
import { register as registerAuditParts } from './audit.js';
import { register as registerRecord } from './record.js';
import { register as registerVerifyStatement } from './verify-statement.js';

export function registerAudit(program: Command, io: Io): void {
  const parent = group(program, 'audit', 'check what left the provider, and what did not');
  for (const register of commands) register(parent, io);
}

/** In the order that `--help` lists them. */
const commands: ((parent: Command, io: Io) => void)[] = [
  registerAuditParts,
  registerRecord,
  registerVerifyStatement,
];
