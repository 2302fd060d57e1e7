import { availableParallelism } from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import { asFedshotError, FedshotError } from '../errors.js';
import { choose } from './choose.js';
import type { Candidate } from './choose.js';
import { registerGradients } from './gradients.js';
import { ENGINE_NAMES } from './types.js';
import type { Engine, EngineName, EngineOptions } from './types.js';

let running: Engine | undefined;
/** Set before anything is loaded: a second call must not load a second engine meanwhile. */
let starting: Promise<Engine> | undefined;

/** What `options` ask for; where they say `auto`, the environment variable `FEDSHOT_ENGINE` decides. */
function wantedEngine(options: EngineOptions): EngineName | 'auto' {
  const fromOptions = options.engine ?? 'auto';
  const wanted = fromOptions === 'auto' ? (process.env.FEDSHOT_ENGINE ?? 'auto') : fromOptions;
  const names: readonly string[] = ['auto', ...ENGINE_NAMES];
  if (!names.includes(wanted))
    throw new FedshotError('usage', `unknown engine "${wanted}"`, {
      hint: `engines are ${names.join(', ')}`,
    });
  return wanted as EngineName | 'auto';
}

async function load(candidate: Candidate, threads: number): Promise<Engine> {
  const { engine, device, libtorch, tensorflow } = candidate;
  if (engine === 'libtorch') {
    const { startLibtorch } = await import('./libtorch/index.js');
    return startLibtorch(libtorch!.folder, libtorch!.version, device, threads);
  }
  if (engine === 'tensorflow') {
    const { startTensorflow } = await import('./tensorflow/index.js');
    return startTensorflow(tensorflow!, threads);
  }
  const { startWasm } = await import('./wasm.js');
  return startWasm(threads);
}

const SLOW =
  'no fast tensor engine here for this user: WebAssembly computes, many times slower; `fedshot engine install` fetches LibTorch (with FEDSHOT_ENGINES=/usr/local/lib/fedshot/engines for all users)';

async function start(options: EngineOptions): Promise<Engine> {
  const { engine = 'auto', threads = availableParallelism(), reporter } = options;
  const fitting = choose(options);
  for (const candidate of fitting)
    try {
      const started = await load(candidate, threads);
      if (engine === 'auto' && candidate.engine === 'wasm') reporter?.warn(SLOW);
      // After loading: tfjs-node brings gradients of its own.
      registerGradients();
      return started;
    } catch (error) {
      const named = engine !== 'auto' || candidate.source === 'FEDSHOT_LIBTORCH';
      if (named || candidate === fitting.at(-1)) throw asFedshotError(error, 'engine');
      const { message } = asFedshotError(error, 'engine');
      reporter?.warn(`passing over the ${candidate.engine} engine: ${message}`);
    }
  throw new FedshotError('internal', 'no engine to start');
}

/**
 * Loads a tensor engine and makes it tfjs-core's backend. A process has one engine: a second call
 * gives the same one, or an error if it asks for another engine or device.
 *
 * @throws FedshotError `engine` when the engine asked for by name (or that of `FEDSHOT_LIBTORCH`)
 * cannot load, `usage` for an unknown name
 */
export async function startEngine(options: EngineOptions = {}): Promise<Engine> {
  const { device = 'auto' } = options;
  const engine = wantedEngine(options);
  if (!starting) {
    const attempt = start({ ...options, engine });
    starting = attempt;
    try {
      running = await attempt;
    } catch (error) {
      starting = undefined;
      throw error;
    }
    return running;
  }
  const other = await starting;
  const same = engine === 'auto' || engine === other.name;
  if (same && (device === 'auto' || other.device.startsWith(device))) return other;
  throw new FedshotError(
    'engine',
    `engine ${engine} on ${device} was asked for, but ${other.name} already runs in this process on ${other.device}`,
  );
}

/** Unloads the engine; every tensor of it is lost. */
export function stopEngine(): void {
  if (running) tf.removeBackend(running.name);
  starting = running = undefined;
}
