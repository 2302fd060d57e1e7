export {
  defineReader,
  type ReadContext,
  type ReaderDefinition,
  type ReaderInput,
} from './define.js';
export { filesOfNotation } from './files-of.js';
export { identifySource, sourceName } from './identify.js';
export { checkLabels, describe } from './labels.js';
export { loadDataset, type LoadOptions } from './load.js';
export { list, option, wholeNumber } from './options.js';
export { readers } from './registry.js';
export { dataSource } from './source-option.js';
export type {
  Dataset,
  DataSource,
  InMemoryData,
  InMemoryImages,
  InMemoryTable,
  Takes,
} from './types.js';
