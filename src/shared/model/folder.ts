import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { asFedshotError, FedshotError } from '../errors.js';
import { commitFiles, readCommitted, type Files } from '../folders.js';
import { paramSpecs } from './hypothesis.js';
import { PARTS } from './network.js';
import {
  modelConfigSchema,
  parseModelConfig,
  type ModelConfig,
  type WeightDigests,
} from './config.js';
import { assertFits, decodeState, encodeState, part, type StateDict } from './state.js';

/** A model as files: `model.json` beside `F.safetensors`, `B.safetensors` and `C.safetensors`. */
export interface Model {
  config: ModelConfig;
  state: StateDict;
}

export const MODEL_CONFIG = 'model.json';
const weightFile = (name: string): string => `${name}.safetensors`;

/** The files of a model. */
export const MODEL_FILES = [...PARTS.map(weightFile), MODEL_CONFIG] as const;

/** How often a folder is read again that somebody replaces meanwhile. */
const ATTEMPTS = 5;

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** SHA-256 of the files that these weights become. */
export function weightDigests(state: StateDict): WeightDigests {
  const of = (name: string): string => digestOf(encodeState(part(state, `${name}.`)));
  return { F: of('F'), B: of('B'), C: of('C') };
}

/** The text of `model.json`: keys in the schema's order, so that the same model gives the same bytes. */
export const encodeConfig = (config: ModelConfig): string =>
  `${JSON.stringify(modelConfigSchema.parse(config), null, 2)}\n`;

/** The files of a model; its `model.json` names the digests of the others. */
export function modelFiles({ config, state }: Model): Map<string, Uint8Array | string> {
  const files = new Map<string, Uint8Array | string>();
  for (const name of PARTS) files.set(weightFile(name), encodeState(part(state, `${name}.`)));
  files.set(MODEL_CONFIG, encodeConfig({ ...config, weights: weightDigests(state) }));
  return files;
}

/**
 * Writes a model in place of the one that is there, in one step: whoever reads sees the old one or the
 * new one. To be called by one process at a time.
 *
 * @param beside further files that change in the same step
 * @throws FedshotError `io`
 */
export function writeModel(dir: string, model: Model, beside: Files = new Map()): void {
  commitFiles(dir, new Map([...modelFiles(model), ...beside]));
}

/**
 * Reads a model and checks that its tensors are exactly those that its architecture declares, and its
 * weights those that `model.json` names. A file of 0.1 names none: there `weights` is filled in. What is returned was decoded from the bytes that were hashed.
 *
 * @throws FedshotError `not-found`, `format`, `data` or `model`, naming the file; `digest` for weights
 *   that are not those of `model.json`
 */
export function readModel(dir: string): Model {
  for (let attempt = 1; ; attempt++) {
    const bytes = readConfig(dir);
    try {
      return decodeModel(dir, (name) => (name === MODEL_CONFIG ? bytes : readCommitted(dir, name)));
    } catch (error) {
      // Somebody may be replacing this model: then its `model.json` is another one by now.
      if (attempt === ATTEMPTS || readConfig(dir).equals(bytes)) throw error;
    }
  }
}

function readConfig(dir: string): Buffer {
  try {
    return readCommitted(dir, MODEL_CONFIG);
  } catch (error) {
    if (asFedshotError(error, 'io').code !== 'not-found') throw error;
    throw new FedshotError('not-found', `no model in ${dir}: it has no ${MODEL_CONFIG}`, {
      hint: 'give the folder that fedshot provider train wrote with --out',
    });
  }
}

/**
 * A model from the bytes of its files, as {@link readModel}: for who has hashed those bytes already.
 *
 * @param dir where the files are from, for messages
 * @param read the bytes of one of {@link MODEL_FILES}; asked once for each
 */
export function decodeModel(dir: string, read: (name: string) => Uint8Array): Model {
  const config = parseModelConfig(read(MODEL_CONFIG), join(dir, MODEL_CONFIG));
  const state: StateDict = new Map();
  const digests = { F: '', B: '', C: '' };
  for (const name of PARTS) {
    const file = join(dir, weightFile(name));
    const weights = read(weightFile(name));
    const tensors = decodeState(weights, file);
    const specs = paramSpecs(config.architecture).filter((spec) =>
      spec.name.startsWith(`${name}.`),
    );
    assertFits(tensors, specs, file);
    digests[name] = digestOf(weights);
    if (config.weights && digests[name] !== config.weights[name])
      throw new FedshotError('digest', `${file} is not the file that ${MODEL_CONFIG} names`, {
        hint: 'these files are of two models, or one was changed: make the folder again',
      });
    for (const [key, tensor] of tensors) state.set(key, tensor);
  }
  return { config: { ...config, weights: digests }, state };
}

/**
 * Whether what a model says of held-out data was measured on its weights: `none` where it says nothing,
 * `unnamed` where it does not say on which (version 0.1), `other` where it names others.
 */
export function bindingOf({ config, state }: Model): Binding {
  const { card, heldOutAccuracy, measuredOn, weights = weightDigests(state) } = config;
  if (!card && heldOutAccuracy === undefined) return 'none';
  if (!measuredOn) return 'unnamed';
  return PARTS.every((name) => weights[name] === measuredOn[name]) ? 'bound' : 'other';
}

export type Binding = 'bound' | 'other' | 'unnamed' | 'none';
