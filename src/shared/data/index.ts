export { filesOfNotation } from './files-of.js';
export { checkLabels, describe } from './labels.js';
export { loadDataset, type LoadOptions } from './load.js';
export type { Dataset, Takes } from './types.js';
