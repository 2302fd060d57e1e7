export { startEngine, stopEngine } from './start.js';
export { ENGINE_NAMES } from './types.js';
export type { Engine, EngineName, EngineOptions } from './types.js';
export type { Activation, LossAndGrads, Ops, SgdGroup, SgdOptions } from './ops.js';
