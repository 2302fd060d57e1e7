export { ensureEngine } from './ensure.js';
export { listEngines } from './list.js';
export type { EngineListing } from './list.js';
export { installLibtorch } from './libtorch/install.js';
export type { InstallOptions } from './libtorch/install.js';
export { startEngine, stopEngine } from './start.js';
export { ENGINE_NAMES } from './types.js';
export type { Engine, EngineName, EngineOptions } from './types.js';
export type { Activation, LossAndGrads, Ops, SgdGroup, SgdOptions } from './ops.js';
