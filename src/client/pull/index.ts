export { currentRelease, releaseDir, type CurrentRelease } from './home.js';
export { pull, type PullOptions, type PullResult } from './pull.js';
