/**
 * What programs do with fedshot: one function for each command, with the same options and defaults, in
 * groups as on the command line. What most programs need has a name of its own besides.
 */
import { functionOf } from './function-of.js';
import simulateOperation from './simulate.js';

export * as client from './client/index.js';
export * as engine from './engine/index.js';
export * as keys from './keys/index.js';
export * as provider from './provider/index.js';
export * as provision from './provision/index.js';
export { audit } from './audit/index.js';
export {
  adapt,
  diagnose,
  evidence as siteEvidence,
  init,
  predict,
  pull,
  rollback,
  runs,
  use as useRun,
} from './client/index.js';
export { update as updateTrust } from './client/trust.js';
export {
  check,
  evidence as providerEvidence,
  export as exportStore,
  import as importModel,
  init as initProvider,
  publish,
  refresh,
  serve,
  train,
} from './provider/index.js';

/** A provider and sites as separate processes on this machine. */
export const simulate = functionOf(simulateOperation);
