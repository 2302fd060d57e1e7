export { examine } from './examine.js';
export { insidePath, withOutsidePaths } from './moved.js';
export { runIsolated } from './run-isolated.js';
export type { IsolatedStep, StepContext } from './step.js';
export {
  ISOLATE_MODES,
  type Attempt,
  type IsolateMode,
  type IsolateOptions,
  type IsolationRecord,
  type Mechanism,
} from './types.js';
