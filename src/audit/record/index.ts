export type { OpenConnection, RecordedConnection } from './entry.js';
export { readRecording, type RecordFile } from './file.js';
export { type Direction } from './framing.js';
export type { RecorderLimits } from './places.js';
export { RECORDER_LIMITS, startRecorder, type ProxyOptions, type Recorder } from './proxy.js';
