import { candidates, choose } from './choose.js';
import { cudaDeviceCount } from './gpu.js';
import type { EngineName, EngineOptions } from './types.js';

export interface EngineListing {
  engine: EngineName;
  device: 'cpu' | 'cuda';
  version: string;
  /** Where it comes from. */
  source: string;
  /** Whether a command without `--engine` would take it. */
  chosen: boolean;
  /** Why it is chosen, or what keeps it from being. */
  why: string;
}

/** What can compute here, the best first, and which of it `options` would take. */
export function listEngines(options: EngineOptions = {}): EngineListing[] {
  const all = candidates();
  const [chosen] = choose(options, all);
  const asked = options.engine !== undefined && options.engine !== 'auto';
  return all.map((candidate) => {
    const { engine, device, version, source } = candidate;
    const isChosen = candidate === chosen;
    const why = isChosen ? (asked ? 'asked for' : 'the fastest here') : 'slower';
    return { engine, device, version, source, chosen: isChosen, why };
  });
}

/** GPUs that could be used if an engine for them were installed. */
export const gpuCount = cudaDeviceCount;
