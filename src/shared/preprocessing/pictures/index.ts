export { applySteps, resized, stepped } from './apply.js';
export type { CacheOptions } from './cache/open.js';
export { openPictures, type OpenPictures, type PictureOptions } from './loader.js';
export { resample } from './resample.js';
