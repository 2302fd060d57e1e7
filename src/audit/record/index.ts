export { readRecording, type RecordedConnection, type Recording } from './file.js';
export { type Direction } from './framing.js';
export { startRecorder, type ProxyOptions, type Recorder } from './proxy.js';
