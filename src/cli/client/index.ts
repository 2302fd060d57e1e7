import type { Command } from 'commander';
import { group } from '../command.js';
import type { Io } from '../io.js';
import { register as registerAdapt } from './adapt.js';
import { register as registerDiagnose } from './diagnose.js';
import { register as registerEvidence } from './evidence.js';
import { register as registerInit } from './init.js';
import { register as registerPredict } from './predict.js';
import { register as registerPull } from './pull.js';
import { register as registerRollback } from './rollback.js';
import { register as registerRuns } from './runs.js';
import { register as registerTrust } from './trust/index.js';
import { register as registerUse } from './use.js';

export function registerClient(program: Command, io: Io): void {
  const parent = group(
    program,
    'client',
    'pull verified weights, adapt them to local data, predict',
  );
  for (const register of commands) register(parent, io);
}

/** In the order that `--help` lists them. */
const commands: ((parent: Command, io: Io) => void)[] = [
  registerInit,
  registerPull,
  registerDiagnose,
  registerAdapt,
  registerPredict,
  registerRuns,
  registerUse,
  registerRollback,
  registerTrust,
  registerEvidence,
];
