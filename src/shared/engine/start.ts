import { availableParallelism } from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import { FedshotError } from '../errors.js';
import { registerGradients } from './gradients.js';
import { ENGINE_NAMES } from './types.js';
import type { Engine, EngineOptions } from './types.js';

let running: Engine | undefined;

/**
 * Loads a tensor engine and makes it tfjs-core's backend. A process has one engine: a second call
 * gives the same one, or an error if it asks for another.
 *
 * @throws FedshotError `engine` when the engine asked for by name cannot load
 */
export async function startEngine(options: EngineOptions = {}): Promise<Engine> {
  const wanted = options.engine ?? 'auto';
  if (wanted !== 'auto' && !ENGINE_NAMES.includes(wanted))
    throw new FedshotError('usage', `unknown engine "${wanted}"`, {
      hint: `engines are auto, ${ENGINE_NAMES.join(', ')}`,
    });
  if (running) {
    if (wanted === 'auto' || wanted === running.name) return running;
    throw new FedshotError(
      'engine',
      `engine ${wanted} was asked for, but ${running.name} already runs in this process`,
    );
  }
  const threads = options.threads ?? availableParallelism();
  registerGradients();
  const { startWasm } = await import('./wasm.js');
  running = await startWasm(threads);
  return running;
}

/** Unloads the engine; every tensor of it is lost. */
export function stopEngine(): void {
  if (running) tf.removeBackend(running.name);
  running = undefined;
}
