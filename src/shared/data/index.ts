export { DIGIT_DOMAINS } from './digits/index.js';
export { loadDataset } from './load.js';
export type { Dataset } from './types.js';
