export { bytes, count, duration, percent, points, shortDigest } from './format.js';
export { messageReporter, replay, type ProgressMessage } from './messages.js';
export {
  terminalReporter,
  type Screen,
  type TerminalOptions,
  type TerminalReporter,
} from './reporter.js';
export { table, type Column } from './table.js';
