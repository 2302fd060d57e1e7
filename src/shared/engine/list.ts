import { candidates, choose, fits } from './choose.js';
import { cudaDeviceCount } from './gpu.js';
import { findLibtorch, isUsable, tooOld } from './libtorch/find.js';
import { findTensorflow, unbuiltTensorflow } from './tensorflow/find.js';
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

/** An engine, or a device for it, that could be here and is not, or cannot be used. */
export interface MissingEngine {
  engine: EngineName;
  device: 'cpu' | 'cuda';
  why: string;
}

/** What can compute here, the best first, and which of it `options` would take. */
export function listEngines(options: EngineOptions = {}, all = candidates()): EngineListing[] {
  const [chosen] = choose(options, all);
  const asked = [options.engine, options.device].some((wanted) => wanted && wanted !== 'auto');
  return all.map((candidate) => {
    const { engine, device, version, source } = candidate;
    const isChosen = candidate === chosen;
    const taken = asked ? 'asked for' : 'the fastest here';
    const passed = fits(candidate, options) ? 'slower' : 'not asked for';
    return { engine, device, version, source, chosen: isChosen, why: isChosen ? taken : passed };
  });
}

/** What is here, and what else there could be and what to do about it. */
export function surveyEngines(options: EngineOptions): {
  engines: EngineListing[];
  missing: MissingEngine[];
} {
  const torches = findLibtorch(); // once: it asks python3
  const all = candidates(torches);
  const has = (engine: EngineName, device: 'cpu' | 'cuda'): boolean =>
    all.some((candidate) => candidate.engine === engine && candidate.device === device);
  const missing: MissingEngine[] = [];
  const say = (engine: EngineName, device: 'cpu' | 'cuda', why: string): void =>
    void missing.push({ engine, device, why });
  for (const old of torches.filter((found) => !isUsable(found)))
    say('libtorch', 'cpu', `the PyTorch of ${old.source} is ${tooOld(old)}`);
  for (const folder of unbuiltTensorflow())
    say('tensorflow', folder.endsWith('-gpu') ? 'cuda' : 'cpu', `${folder} lacks its binary`);
  const gpus = cudaDeviceCount();
  for (const [engine, name, built] of [
    ['libtorch', '', torches.some(({ cuda }) => cuda !== undefined)],
    ['tensorflow', ' tensorflow', findTensorflow().some(({ gpu }) => gpu)],
  ] as const) {
    const fetching = `not here: fedshot engine install${name}`;
    if (!has(engine, 'cpu')) say(engine, 'cpu', fetching);
    if (has(engine, 'cuda')) continue;
    if (gpus > 0) say(engine, 'cuda', `${fetching} --device cuda`);
    else if (built) say(engine, 'cuda', 'no GPU that a driver offers');
  }
  return { engines: listEngines(options, all), missing };
}
