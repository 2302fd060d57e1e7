export { makeRunFolder, removeIfEmpty } from './folder.js';
export { simulate } from './simulate.js';
export type {
  ProviderResult,
  SimulateOptions,
  Simulated,
  SimulateResult,
  SiteFailure,
  SiteResult,
} from './types.js';
