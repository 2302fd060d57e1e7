import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FedshotError } from '../errors.js';
import { readBytes, writeFileAtomic } from '../files.js';
import { PARTS } from './hypothesis.js';
import { paramSpecs } from './hypothesis.js';
import { parseModelConfig, type ModelConfig } from './config.js';
import { assertFits, decodeState, encodeState, part, type StateDict } from './state.js';

/** A model as files: `model.json` beside `F.safetensors`, `B.safetensors` and `C.safetensors`. */
export interface Model {
  config: ModelConfig;
  state: StateDict;
}

/** The files of a model, in the order in which they are written. */
export const MODEL_FILES = [...PARTS.map((name) => `${name}.safetensors`), 'model.json'] as const;

/** Writes a model; `model.json` last, so that a folder with it is whole. @throws FedshotError `io` */
export function writeModel(dir: string, { config, state }: Model): void {
  for (const name of PARTS)
    writeFileAtomic(join(dir, `${name}.safetensors`), encodeState(part(state, `${name}.`)));
  writeFileAtomic(join(dir, 'model.json'), `${JSON.stringify(config, null, 2)}\n`);
}

/**
 * Reads a model and checks that its tensors are exactly those that its architecture declares.
 * @throws FedshotError `not-found`, `format`, `data` or `model`, naming the file
 */
export function readModel(dir: string): Model {
  const file = join(dir, 'model.json');
  if (!existsSync(file))
    throw new FedshotError('not-found', `no model in ${dir}: it has no model.json`, {
      hint: 'give the folder that fedshot provider train wrote with --out',
    });
  const config = parseModelConfig(readBytes(file), file);
  const state: StateDict = new Map();
  for (const name of PARTS) {
    const file = join(dir, `${name}.safetensors`);
    const tensors = decodeState(readBytes(file), file);
    const specs = paramSpecs(config.architecture).filter((spec) =>
      spec.name.startsWith(`${name}.`),
    );
    assertFits(tensors, specs, file);
    for (const [key, tensor] of tensors) state.set(key, tensor);
  }
  return { config, state };
}
