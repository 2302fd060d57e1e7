import { z } from 'zod';
import type { BenchResult } from '../../bench/index.js';
import { FedshotError } from '../../shared/errors.js';
import { list, positiveInteger, text, withTraits } from '../../shared/option.js';
import { engineOptions } from '../engine-options.js';
import { defineOperation } from '../operation.js';

const peer = withTraits(z.union([text('<python>'), z.literal(false)]), {
  placeholder: '<python>',
  negation: 'time the engine alone',
});

export const benchOptions = z.strictObject({
  archs: list('<names>')
    .default(['lenet', 'dtn'])
    .describe('networks, and stack: convolutions as of ResNet-18'),
  batch: positiveInteger().default(64).describe('images per step'),
  steps: positiveInteger().optional().describe('steps per median (default: some seconds of them)'),
  rounds: positiveInteger().default(3).describe('turns that engine and peer take'),
  peer: peer.default('python3').describe('a Python with PyTorch to compare with'),
  ...engineOptions,
});

/** Times training steps, beside PyTorch where a Python has it. */
export default defineOperation({
  name: 'engine bench',
  module: import.meta.url,
  options: benchOptions,
  // No private data: the worker is there for the variables that the engine wants from the start.
  rights: () => ({}),
  async run(
    { archs, peer: python, engine, device, threads, ...options },
    { reporter },
  ): Promise<BenchResult> {
    const { bench, benchNames } = await import('../../bench/index.js');
    const known = benchNames();
    const unknown = archs.find((arch) => !known.includes(arch));
    if (unknown !== undefined)
      throw new FedshotError('usage', `--archs: unknown network ${unknown}`, {
        hint: `networks are ${known.join(', ')}`,
      });
    const { startEngine } = await import('../../shared/engine/index.js');
    const started = await startEngine({ engine, device, threads, reporter });
    return bench(started, {
      ...options,
      archs,
      python: python === false ? '' : python,
      reporter,
    });
  },
});
