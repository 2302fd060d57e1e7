import * as tf from '@tensorflow/tfjs-core';
import { FedshotError } from '../../errors.js';
import type { Engine } from '../types.js';
import { LibtorchBackend } from './backend.js';
import { CudaGraphs } from './ffi/cuda.js';
import { Dispatcher } from './ffi/dispatcher.js';
import type { Graphs } from './ffi/graphs.js';
import { openLibrary } from './ffi/library.js';
import type { Device } from './ffi/abi.js';
import { defineKernels } from './kernels/index.js';
import { defineLayers, libtorchOps } from './layers/index.js';

/** Loads the LibTorch in `folder` and makes it tfjs-core's backend. @throws FedshotError `engine` */
export async function startLibtorch(
  folder: string,
  version: string,
  device: Device,
  threads: number,
): Promise<Engine> {
  const torch = new Dispatcher(openLibrary(folder, device, threads));
  if (device === 'cuda') torch.graphs = graphs(torch);
  defineKernels();
  defineLayers();
  tf.registerBackend('libtorch', () => new LibtorchBackend(torch, device));
  await tf.setBackend('libtorch');
  const where = device === 'cpu' ? 'cpu' : 'cuda:0';
  return { name: 'libtorch', device: where, version, threads, ops: libtorchOps };
}

/** CUDA graphs, unless `FEDSHOT_CUDA_GRAPHS` is `off`. @throws FedshotError `usage` for another value */
function graphs(torch: Dispatcher): Graphs | undefined {
  const { cuda } = torch.api;
  const setting = process.env.FEDSHOT_CUDA_GRAPHS ?? 'on';
  if (setting !== 'on' && setting !== 'off')
    throw new FedshotError('usage', `FEDSHOT_CUDA_GRAPHS is "${setting}": on or off`);
  if (setting === 'off') return undefined;
  if (cuda) return new CudaGraphs(torch, cuda);
  process.emitWarning("steps are replayed without CUDA graphs: CUDA's runtime is out of reach", {
    type: 'FedshotWarning',
  });
  return undefined;
}
