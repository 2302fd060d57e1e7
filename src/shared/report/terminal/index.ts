export { bytes, count, durationText, percent, points, shortDigest } from './format.js';
export { paint, painted } from './paint.js';
export { printable, printableJson, printableLine } from './printable.js';
export { messageReporter, replay, type ProgressMessage } from '../../messages.js';
export { terminalReporter, type TerminalOptions } from './reporter.js';
export { table, type Column } from './table.js';
export type { Screen, TerminalReporter } from './types.js';
