export { examine, isolate, restart } from './isolate.js';
export {
  ISOLATE_MODES,
  type Attempt,
  type IsolateMode,
  type IsolateOptions,
  type IsolationRecord,
  type Mechanism,
} from './types.js';
export { askOutside } from './outside.js';
