export { examine, isolate, restart } from './isolate.js';
export {
  ISOLATE_MODES,
  type Attempt,
  type IsolateMode,
  type IsolateOptions,
  type IsolationRecord,
  type Mechanism,
} from './types.js';
export { insidePath, withOutsidePaths } from './moved.js';
export { askOutside, hasOutside } from './outside.js';
