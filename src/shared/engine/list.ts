import { candidates, choose, fits, survey } from './choose.js';
import type { Candidate } from './choose.js';
import type { Device, EngineOptions } from './types.js';

export interface EngineListing {
  engine: string;
  device: Device;
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
  engine: string;
  device: Device;
  why: string;
}

/** What can compute here, the best first, and which of it `options` would take. */
export function listEngines(
  options: EngineOptions = {},
  all: readonly Candidate[] = candidates(options.env),
): EngineListing[] {
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
  const { found, missing } = survey(options.env); // once: it asks python3
  return { engines: listEngines(options, found), missing };
}
