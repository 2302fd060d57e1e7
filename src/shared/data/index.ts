export {
  defineReader,
  type ReadContext,
  type ReaderDefinition,
  type ReaderInput,
} from './define.js';
export { filesOfNotation } from './files-of.js';
export { identifySource, sourceName } from './identify.js';
export { checkLabels, describe } from './labels.js';
export { loadDataset, loadSamples, type LoadOptions } from './load.js';
export type { LoadedSamples, Picture, PictureSet } from './pictures/types.js';
export { commaSeparated, option, wholeNumber } from './options.js';
export { readers } from './registry.js';
export { dataSource } from './source-option.js';
export type {
  Dataset,
  DataSource,
  InMemoryData,
  InMemoryImages,
  InMemoryTable,
  SampleInfo,
  ExpectedInput,
} from './types.js';
