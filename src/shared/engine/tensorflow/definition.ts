import { defineEngine, type EngineSearch, type NotHere } from '../definition.js';
import { cudaDeviceCount } from '../gpu.js';
import type { Device } from '../types.js';
import { findTensorflow, unbuiltTensorflow, type TensorflowInstallation } from './find.js';

/** tfjs-node, or tfjs-node-gpu: tfjs-core's kernels on TensorFlow's C library. */
export const tensorflow = defineEngine<TensorflowInstallation>({
  name: 'tensorflow',
  // It registers itself under one name, and TensorFlow has one pool of threads.
  single: true,
  find(env): EngineSearch<TensorflowInstallation> {
    const all = findTensorflow(env);
    const gpus = cudaDeviceCount();
    const on = (device: Device) =>
      all
        .filter(({ gpu }) => (device === 'cuda' ? gpu && gpus > 0 : !gpu))
        .map((place) => ({ device, version: place.version, source: place.source, place }));
    const [cuda, cpu] = [on('cuda'), on('cpu')];
    const missing = unbuiltTensorflow().map((folder): NotHere => {
      const device = folder.endsWith('-gpu') ? 'cuda' : 'cpu';
      return { device, why: `${folder} lacks its binary` };
    });
    const fetching = 'not here: fedshot engine install tensorflow';
    if (cpu.length === 0) missing.push({ device: 'cpu', why: fetching });
    if (cuda.length === 0 && gpus > 0)
      missing.push({ device: 'cuda', why: `${fetching} --device cuda` });
    else if (cuda.length === 0 && all.some(({ gpu }) => gpu))
      missing.push({ device: 'cuda', why: 'no GPU that a driver offers' });
    return { found: [...cuda, ...cpu], missing };
  },
  async install(options) {
    const { installTensorflow } = await import('./install.js');
    return installTensorflow(options);
  },
  async start({ place }, { threads, env }) {
    const { startTensorflow } = await import('./start.js');
    return startTensorflow(place, threads, env);
  },
});
