import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';
import { networks } from '../shared/model/networks/index.js';
import {
  choice,
  flag,
  list,
  outputFile,
  path,
  positiveInteger,
  seed,
  text,
} from '../shared/option.js';
import type { SimulateResult } from '../simulate/types.js';
import { engineOptions } from './engine-options.js';
import { defineOperation } from './operation.js';
import { writeReport } from './report-file.js';

export const simulateOptions = z.strictObject({
  sites: positiveInteger().default(3).describe('number of sites'),
  domains: list('<list>').optional().describe("the sites' domains, in turn: thin,slanted,noisy,…"),
  source: text('<domain>').default('plain').describe("domain of the provider's digits"),
  arch: choice('<name>', () => networks.names())
    .default('lenet')
    .describe('network'),
  sourceSamples: positiveInteger().default(2000).describe('labelled samples at the provider'),
  samples: positiveInteger().default(1000).describe('unlabelled samples at each site'),
  testSamples: positiveInteger().default(1000).describe('labelled samples to score each site on'),
  epochs: positiveInteger().default(5).describe("passes over the provider's data"),
  adaptEpochs: positiveInteger().default(8).describe("passes over a site's data"),
  seed: seed().default(2020).describe('same seed, engine and machine: same figures'),
  engine: engineOptions.engine,
  out: path('<dir>')
    .optional()
    .describe('folder for simulations; each gets one of its own in it (default: work/simulate)'),
  report: outputFile().optional().describe('write a page with every site'),
  audit: flag()
    .optional()
    .describe('record what passes between provider and sites, and audit it all'),
});
export type SimulateInput = z.input<typeof simulateOptions>;
export type SimulateOutcome = SimulateResult;

/**
 * A provider and sites as separate processes on this machine, each with a sandbox of its own where the
 * machine has one.
 */
export default defineOperation({
  name: 'simulate',
  module: import.meta.url,
  options: simulateOptions,
  async run(
    { report, out = resolve('work/simulate'), ...options },
    { reporter, signal, ...context },
  ): Promise<SimulateOutcome> {
    const { makeRunFolder, removeIfEmpty, simulate } = await import('../simulate/index.js');
    const folder = makeRunFolder(out, context.now());
    const { result, runs } = await simulate({
      ...options,
      out: folder,
      cores: availableParallelism(),
      reporter,
      signal,
    }).catch((error: unknown) => {
      removeIfEmpty(folder); // what was refused before it began leaves nothing
      throw error;
    });
    if (report !== undefined) {
      const lost = (result.failed ?? []).length > 0;
      const of = lost ? `${runs.length} of ${options.sites}` : String(runs.length);
      const title = `One provider, ${of} site${of === '1' ? '' : 's'}`;
      await writeReport(report, context.now(), runs, title);
    }
    return result;
  },
});
