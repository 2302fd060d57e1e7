export { defineEngine } from './definition.js';
export type {
  EngineDefinition,
  EngineSearch,
  Found,
  Installed,
  InstallOptions,
  NotHere,
  SandboxNeeds,
  Started,
  StartOptions,
} from './definition.js';
export { ensureEngine, installEngine } from './ensure.js';
export { genericOps } from './generic.js';
export { listEngines, surveyEngines } from './list.js';
export type { EngineListing, MissingEngine } from './list.js';
export { engineNeeds } from './needs.js';
export { engines } from './registry.js';
export type { Environment } from './settings.js';
export { startEngine } from './start.js';
export type { Device, Engine, EngineOptions } from './types.js';
export { eachTime, hostTensor } from './repeat.js';
export type { Repeater } from './repeat.js';
export type { Activation, Ops, SgdGroup, SgdOptions } from './ops.js';
