export { applySteps, resized, stepped } from './apply.js';
export type { CacheOptions } from './cache/open.js';
export { loadPictures, type LoadedPictures, type LoaderOptions } from './loader.js';
export { resample } from './resample.js';
