import { tensor, type Tensor } from '@tensorflow/tfjs-core';
import type { Dataset } from '../../shared/data/types.js';
import { FedshotError } from '../../shared/errors.js';
import type { ModelConfig } from '../../shared/model/config.js';
import type { Reporter } from '../../shared/reporter.js';
import { readingOf, readSamples, scaled, scaleOf, type Reading, type Samples } from './reading.js';
import type { InputOptions } from './options.js';

/** What a site adapts on and scores on, normalised as the release says. */
export interface TargetData {
  count: number;
  /** `count × product(input.shape)` values. */
  x: Float32Array;
  /** What is scored: the test data where there is any, else the (first) data itself. */
  scored: Dataset;
  /** Labels of what is scored, if it has any. */
  labels?: Int32Array;
  /** Tables: share of the cells of each column that are missing and were filled in. */
  missing?: number[];
  /** How the samples were read. */
  reading: Reading;
  /** Copies the samples to the engine, which must have started. */
  onEngine(): { x: Tensor; test?: Tensor; dispose(): void };
}

/**
 * Reads a site's data by the release's input contract.
 * @param least samples that there must be: two where anything is learnt from them
 * @throws FedshotError `data` where it does not fit the contract or is too little
 */
export async function targetData(
  options: InputOptions & { reporter?: Reporter },
  config: ModelConfig,
  least = 2,
): Promise<TargetData> {
  const reading = readingOf(options);
  const sources = typeof options.data === 'string' ? [options.data] : options.data;
  let main = joined(
    await Promise.all(
      sources.map((source) => readSamples(source, config, reading, options.reporter)),
    ),
  );
  if (main.count < least)
    throw new FedshotError('data', `${sources.join(', ')}: one sample is too few to adapt on`, {
      hint: 'predict with the released model instead: fedshot client predict --source-model',
    });
  if (options.rescale) {
    reading.scale = scaleOf(main, config);
    main = scaled(main, reading);
  }
  const test = options.test && (await readSamples(options.test, config, reading, options.reporter));
  const scored = test || main;
  const onTensor = ({ x, count }: Samples): Tensor => tensor(x, [count, ...config.input.shape]);
  return {
    count: main.count,
    x: main.x,
    scored: scored.dataset,
    labels: scored.labels,
    missing: main.missing,
    reading,
    onEngine() {
      const x = onTensor(main);
      const held = test ? onTensor(test) : undefined;
      return {
        x,
        test: held,
        dispose: () => {
          x.dispose();
          held?.dispose();
        },
      };
    },
  };
}

/** Several targets one behind the other; labels only where all have them. */
function joined(parts: Samples[]): Samples {
  const [first] = parts;
  if (parts.length === 1) return first!;
  const x = new Float32Array(parts.reduce((size, part) => size + part.x.length, 0));
  let at = 0;
  for (const part of parts) {
    x.set(part.x, at);
    at += part.x.length;
  }
  const count = parts.reduce((n, part) => n + part.count, 0);
  const all = parts.every(({ labels }) => labels);
  const labels = all ? Int32Array.from(parts.flatMap((part) => [...part.labels!])) : undefined;
  const missing = first!.missing?.map(
    (_, d) => parts.reduce((s, part) => s + part.count * (part.missing?.[d] ?? 0), 0) / count,
  );
  return { x, count, dataset: first!.dataset, labels, missing };
}
