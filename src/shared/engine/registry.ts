import { Registry } from '../registry.js';
import type { EngineDefinition } from './definition.js';
import { libtorch } from './libtorch/definition.js';
import { tensorflow } from './tensorflow/definition.js';
import { wasm } from './wasm/definition.js';

/** Every engine; on one device `auto` takes the first that loads. */
export const engines = new Registry<EngineDefinition>('engine', [libtorch, tensorflow, wasm]);
