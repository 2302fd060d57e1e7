import { tensor, type Tensor } from '@tensorflow/tfjs-core';
import { sourceName, type Dataset } from '../../shared/data/index.js';
import { FedshotError } from '../../shared/errors.js';
import type { EngineOptions } from '../../shared/engine/index.js';
import type { Model } from '../../shared/model/folder.js';
import { upright } from '../../shared/preprocessing/index.js';
import type { Reporter } from '../../shared/reporter.js';
import { assertFullCard, fitZoom } from './fit-zoom.js';
import {
  normalised,
  readDataset,
  readingOf,
  readSamples,
  scaled,
  scaleOf,
  type Reading,
  type TargetSamples,
} from './reading.js';
import { sourcesOf, type InputOptions } from './options.js';

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
  onEngine(): EngineData;
}

/** A site's samples on the engine; `test` where there are separate ones to score on. */
export interface EngineData {
  x: Tensor;
  test?: Tensor;
  dispose(): void;
}

/**
 * Reads a site's data, once, and brings it into the form of the release's input contract.
 * @param least samples that there must be: two where anything is learnt from them
 * @throws FedshotError `data` where it does not fit the contract or is too little
 */
export async function targetData(
  options: InputOptions & { engine?: EngineOptions; reporter?: Reporter },
  model: Model,
  least = 2,
): Promise<TargetData> {
  const { config } = model;
  const { reporter } = options;
  if (options.zoom === 'fit') assertFullCard(model);
  const reading = readingOf(options);
  const sources = sourcesOf(options.data);
  const read = await Promise.all(
    sources.map(async (source) => upright(await readDataset(source, config, reporter), reading)),
  );
  if (options.zoom === 'fit') reading.zoom = await fitZoom(model, read[0]!, options.engine);
  let main = joined(read.map((dataset) => normalised(dataset, config, reading)));
  if (main.count < least)
    throw new FedshotError(
      'data',
      `${sources.map(sourceName).join(', ')}: one sample is too few to adapt on`,
      {
        hint: 'predict with the released model instead: fedshot client predict --source-model',
      },
    );
  if (options.rescale) {
    reading.scale = scaleOf(main, config);
    main = scaled(main, reading);
  }
  const test = options.test && (await readSamples(options.test, config, reading, reporter));
  const scored = test || main;
  return {
    count: main.count,
    x: main.x,
    scored: scored.dataset,
    labels: scored.labels,
    missing: main.missing,
    reading,
    onEngine: () => onEngine(main, test || undefined, config.input.shape),
  };
}

function onEngine(
  main: TargetSamples,
  test: TargetSamples | undefined,
  shape: readonly number[],
): EngineData {
  const onTensor = ({ x, count }: TargetSamples): Tensor => tensor(x, [count, ...shape]);
  const x = onTensor(main);
  const held = test && onTensor(test);
  return {
    x,
    test: held,
    dispose: () => {
      x.dispose();
      held?.dispose();
    },
  };
}

/** Several targets one behind the other; labels only where all have them. */
function joined(parts: TargetSamples[]): TargetSamples {
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
