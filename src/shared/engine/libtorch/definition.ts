import { dirname } from 'node:path';
import { defineEngine, type EngineSearch, type Found, type NotHere } from '../definition.js';
import { cudaDeviceCount } from '../gpu.js';
import { SETTINGS } from '../settings.js';
import type { Device } from '../types.js';
import { allocatorEnvironment } from './allocator.js';
import { findLibtorch, isUsable, tooOld, type LibtorchInstallation } from './find.js';

type Way = Found<LibtorchInstallation>;

/** tfjs-core's kernels on LibTorch's stable C ABI, on a CPU or with CUDA. */
export const libtorch = defineEngine<LibtorchInstallation>({
  name: 'libtorch',
  find(env): EngineSearch<LibtorchInstallation> {
    const all = findLibtorch(env);
    const gpus = cudaDeviceCount();
    const on = (device: Device): Way[] =>
      all
        .filter(isUsable)
        .filter(({ cuda }) => device === 'cpu' || (cuda !== undefined && gpus > 0))
        // A CUDA build runs on the CPU too, but a CPU build does not drag CUDA's libraries in.
        .sort((a, b) => Number(Boolean(a.cuda)) - Number(Boolean(b.cuda)))
        .map((place) => ({
          device,
          version: place.version,
          source: place.source,
          place,
          named: place.source === SETTINGS.libtorch,
        }));
    const [cuda, cpu] = [on('cuda'), on('cpu')];
    const missing = all
      .filter((one) => !isUsable(one))
      .map((one): NotHere => ({
        device: 'cpu',
        why: `the PyTorch of ${one.source} is ${tooOld(one)}`,
      }));
    const fetching = 'not here: fedshot engine install';
    if (cpu.length === 0) missing.push({ device: 'cpu', why: fetching });
    if (cuda.length === 0 && gpus > 0)
      missing.push({ device: 'cuda', why: `${fetching} --device cuda` });
    else if (cuda.length === 0 && all.some((one) => one.cuda !== undefined))
      missing.push({ device: 'cuda', why: 'no GPU that a driver offers' });
    return { found: [...cuda, ...cpu], missing };
  },
  async install(options) {
    const { installLibtorch } = await import('./install.js');
    return installLibtorch(options);
  },
  async start({ place, device }, options) {
    const { startLibtorch } = await import('./start.js');
    return startLibtorch(place, device, options);
  },
  /** Looked for outside, since there may be no python3 to ask inside. glibc's settings count from a start on. */
  sandbox(env) {
    const all = findLibtorch(env);
    if (all.length === 0) return {};
    const allocator = allocatorEnvironment(env);
    const asked = all.find(({ source }) => source === 'python3');
    return {
      read: all.map(({ folder }) => dirname(folder)),
      env: { ...allocator, ...(asked && { [SETTINGS.foundTorch]: dirname(asked.folder) }) },
      restart: allocator !== undefined,
    };
  },
});
