import { version_core as WASM_VERSION } from '@tensorflow/tfjs-core';
import { FedshotError } from '../errors.js';
import { cudaDeviceCount } from './gpu.js';
import { findLibtorch, isUsable } from './libtorch/find.js';
import type { LibtorchInstallation } from './libtorch/find.js';
import { findTensorflow } from './tensorflow/find.js';
import type { TensorflowInstallation } from './tensorflow/find.js';
import type { EngineName, EngineOptions } from './types.js';

/** One way to compute on this machine. */
export interface Candidate {
  engine: EngineName;
  device: 'cpu' | 'cuda';
  version: string;
  /** Where it comes from, in words. */
  source: string;
  libtorch?: LibtorchInstallation;
  tensorflow?: TensorflowInstallation;
}

/**
 * What could run here, the best first: LibTorch on CUDA, TensorFlow on a GPU, LibTorch on the CPU,
 * TensorFlow on the CPU, WebAssembly.
 */
export function candidates(torches = findLibtorch()): Candidate[] {
  const gpus = cudaDeviceCount();
  const found = torches.filter(isUsable);
  const torch = (device: 'cpu' | 'cuda'): Candidate[] =>
    found
      .filter(({ cuda }) => device === 'cpu' || (cuda !== undefined && gpus > 0))
      // A CUDA build runs on the CPU too, but a CPU build does not drag CUDA's libraries in.
      .sort((a, b) => Number(Boolean(a.cuda)) - Number(Boolean(b.cuda)))
      .map((libtorch) => ({
        engine: 'libtorch',
        device,
        version: libtorch.version,
        source: libtorch.source,
        libtorch,
      }));
  const tensorflow = (device: 'cpu' | 'cuda'): Candidate[] =>
    findTensorflow()
      .filter(({ gpu }) => (device === 'cuda' ? gpu && gpus > 0 : !gpu))
      .map((found) => ({
        engine: 'tensorflow',
        device,
        version: found.version,
        source: found.source,
        tensorflow: found,
      }));
  const wasm: Candidate = { engine: 'wasm', device: 'cpu', version: WASM_VERSION, source: 'npm' };
  return [...torch('cuda'), ...tensorflow('cuda'), ...torch('cpu'), ...tensorflow('cpu'), wasm];
}

/**
 * The candidates that serve `options`, the best first.
 *
 * @throws FedshotError `engine` when none does and one was asked for by name or device
 */
export function choose(options: EngineOptions, from: Candidate[] = candidates()): Candidate[] {
  const { engine = 'auto', device = 'auto' } = options;
  const fitting = from.filter((candidate) => fits(candidate, options));
  if (fitting.length > 0) return fitting;
  const what = engine === 'auto' ? `no engine` : `engine ${engine} is not here or cannot run`;
  const where = device === 'auto' ? '' : ` on ${device}`;
  const fetching = `engine install${engine === 'tensorflow' ? ' tensorflow' : ''}`;
  const on = device === 'cuda' ? ' --device cuda' : '';
  throw new FedshotError('engine', `${what}${where}`, {
    hint: `\`fedshot engine list\` shows what is here and what is missing, \`fedshot ${fetching}${on}\` fetches it`,
  });
}

/** Whether the options leave `candidate` to choose from. */
export const fits = (
  { engine, device }: Pick<Candidate, 'engine' | 'device'>,
  wanted: EngineOptions,
): boolean =>
  [engine, 'auto', undefined].includes(wanted.engine) &&
  [device, 'auto', undefined].includes(wanted.device);
