export { DIGIT_DOMAINS } from './digits/index.js';
export { filesOfNotation } from './files-of.js';
export { applyInput, fitInput, inputSchema, type InputSpec } from './input.js';
export { checkLabels, describe } from './labels.js';
export { loadDataset, type LoadOptions } from './load.js';
export type { Dataset, Takes } from './types.js';
