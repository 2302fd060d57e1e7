export { DIGIT_DOMAINS } from './digits/index.js';
export { applyInput, fitInput, inputSchema, type InputSpec } from './input.js';
export { checkLabels, describe } from './labels.js';
export { loadDataset } from './load.js';
export type { Dataset } from './types.js';
