import * as tf from '@tensorflow/tfjs-core';
import type { Engine } from '../types.js';
import { LibtorchBackend } from './backend.js';
import { Dispatcher } from './ffi/dispatcher.js';
import { openLibrary } from './ffi/library.js';
import type { Device } from './ffi/library.js';
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
  defineKernels();
  defineLayers();
  tf.registerBackend('libtorch', () => new LibtorchBackend(torch, device));
  await tf.setBackend('libtorch');
  const where = device === 'cpu' ? 'cpu' : 'cuda:0';
  return { name: 'libtorch', device: where, version, threads, ops: libtorchOps };
}
