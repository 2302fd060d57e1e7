export { currentRelease, releaseDir, type CurrentRelease } from './home.js';
export type { PullOptions, PullResult } from './options.js';
export { pull } from './pull.js';
