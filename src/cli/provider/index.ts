import type { Command } from 'commander';
import { group } from '../command.js';
import type { Io } from '../io.js';
import { register as registerBackup } from './backup.js';
import { register as registerCheck } from './check.js';
import { register as registerEvidence } from './evidence.js';
import { register as registerExport } from './export.js';
import { register as registerImport } from './import.js';
import { register as registerInit } from './init.js';
import { register as registerPublish } from './publish.js';
import { register as registerRefresh } from './refresh.js';
import { register as registerRecover } from './recover.js';
import { register as registerServe } from './serve.js';
import { register as registerSnapshot } from './snapshot.js';
import { register as registerTrain } from './train.js';

export function registerProvider(program: Command, io: Io): void {
  const parent = group(
    program,
    'provider',
    'train on private data, publish signed weights, serve them',
  );
  for (const register of commands) register(parent, io);
}

/** In the order that `--help` lists them. */
const commands: ((parent: Command, io: Io) => void)[] = [
  registerInit,
  registerTrain,
  registerImport,
  registerCheck,
  registerPublish,
  registerServe,
  registerExport,
  registerRefresh,
  registerSnapshot,
  registerEvidence,
  registerBackup,
  registerRecover,
];
