/**
 * fedshot for programs: one function for each command, and what is needed to add networks, readers,
 * methods, engines and commands of one's own. docs/api.md shows how they are used.
 *
 * @packageDocumentation
 */
import './api/registries.js';

export * from './api/index.js';
export { defineCommand, type CommandDefinition, type CommandOf } from './api/command.js';
export { functionOf, type OptionsOf, type ResultOf } from './api/function-of.js';
export { Job } from './api/job.js';
export {
  defineOperation,
  type Operation,
  type Outside,
  type Rights,
  type Secrets,
} from './api/operation.js';
export type { Settings } from './api/perform.js';
export { defineMethod, type AdaptationMethod } from './client/methods/index.js';
export { defineEngine, type EngineDefinition } from './shared/engine/index.js';
export {
  dataSource,
  defineReader,
  loadDataset,
  type Dataset,
  type DataSource,
  type InMemoryData,
  type InMemoryImages,
  type InMemoryTable,
  type ReaderDefinition,
} from './shared/data/index.js';
export * from './shared/model/index.js';
export { entropy } from './shared/objective/losses.js';
/** What options can be, for operations of one's own. */
export * as option from './shared/option.js';
/** The tensor functions that definitions compute with: the instance that the engines know. */
export * as tf from '@tensorflow/tfjs-core';
export { register, type Definition } from './api/register.js';
export { FedshotError, type ErrorCode } from './shared/errors.js';
export type { FedshotEvent, RunEvent } from './shared/events.js';
export type { IsolationRecord, StepContext } from './shared/isolate/index.js';
