export { simulate } from './simulate.js';
export type {
  ProviderResult,
  SimulateOptions,
  Simulated,
  SimulateResult,
  SiteResult,
} from './types.js';
