import * as tf from '@tensorflow/tfjs-core';
import { FedshotError } from '../../errors.js';
import type { Started, StartOptions } from '../definition.js';
import { SETTINGS, type Environment } from '../settings.js';
import type { Device } from '../types.js';
import { LibtorchBackend } from './backend.js';
import type { CApi } from './ffi/abi.js';
import { CudaGraphs } from './ffi/cuda.js';
import { Dispatcher } from './ffi/dispatcher.js';
import type { Graphs } from './ffi/graphs.js';
import { openLibrary } from './ffi/library.js';
import type { LibtorchInstallation } from './find.js';
import { KERNELS } from './define.js';
import { defineKernels } from './kernels/index.js';
import { defineLayers, libtorchOps } from './layers/index.js';

/**
 * Loads a LibTorch and registers it as `options.backend`. Two of them, on other devices or with other
 * numbers of threads, share the library.
 *
 * @throws FedshotError `engine`, also where another LibTorch is loaded in this process
 */
export function startLibtorch(
  { folder, version }: LibtorchInstallation,
  device: Device,
  { threads, backend, env }: StartOptions,
): Started {
  const api = openLibrary(folder, device, threads, env);
  const torch = new Dispatcher(api);
  const taken = threadsTaken(api, threads);
  if (device === 'cuda') torch.graphs = graphs(torch, env);
  const channelsLast = device === 'cpu' && !channelsFirst(env);
  defineKernels();
  defineLayers();
  if (!tf.getKernel('Identity', backend)) tf.copyRegisteredKernels(KERNELS, backend);
  tf.registerBackend(backend, () => new LibtorchBackend(torch, device, channelsLast));
  return {
    device: device === 'cpu' ? 'cpu' : 'cuda:0',
    version,
    ops: libtorchOps,
    enter() {
      const before = api.threads?.();
      if (before === undefined || before === taken) return () => undefined;
      api.setThreads?.(threads);
      return () => api.setThreads?.(before);
    },
  };
}

/** How many threads LibTorch takes when it is given `threads`; leaves it with those that it has. */
function threadsTaken({ threads: current, setThreads }: CApi, threads: number): number {
  if (!current || !setThreads) return threads;
  const before = current();
  setThreads(threads);
  const taken = current();
  setThreads(before);
  return taken;
}

/** Whether PyTorch's default layout is asked for. @throws FedshotError `usage` for another word */
function channelsFirst(env: Environment): boolean {
  const setting = env[SETTINGS.layout] ?? 'channels-last';
  if (setting !== 'channels-last' && setting !== 'channels-first')
    throw new FedshotError(
      'usage',
      `${SETTINGS.layout} is "${setting}": channels-last or channels-first`,
    );
  return setting === 'channels-first';
}

/** CUDA graphs, unless `FEDSHOT_CUDA_GRAPHS` is `off`. @throws FedshotError `usage` for another value */
function graphs(torch: Dispatcher, env: Environment): Graphs | undefined {
  const { cuda } = torch.api;
  const setting = env[SETTINGS.cudaGraphs] ?? 'on';
  if (setting !== 'on' && setting !== 'off')
    throw new FedshotError('usage', `${SETTINGS.cudaGraphs} is "${setting}": on or off`);
  if (setting === 'off') return undefined;
  if (cuda) return new CudaGraphs(torch, cuda);
  process.emitWarning("steps are replayed without CUDA graphs: CUDA's runtime is out of reach", {
    type: 'FedshotWarning',
  });
  return undefined;
}
