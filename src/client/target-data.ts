import { tensor, type Tensor } from '@tensorflow/tfjs-core';
import { applyInput, checkLabels, loadDataset } from '../shared/data/index.js';
import type { Dataset } from '../shared/data/types.js';
import { FedshotError } from '../shared/errors.js';
import { inputFigures } from '../shared/model/card/index.js';
import type { ModelConfig } from '../shared/model/config.js';
import { invert, orient } from './orient.js';
import type { InputOptions } from './types.js';

/** What a site adapts on and scores on, normalised as the release says. */
export interface TargetData {
  count: number;
  /** `count × product(input.shape)` values. */
  x: Float32Array;
  /** What is scored: the test data where there is any, else the (first) data itself. */
  scored: Dataset;
  /** Labels of what is scored, if it has any. */
  labels?: Int32Array;
  /** Copies the samples to the engine, which must have started. */
  onEngine(): { x: Tensor; test?: Tensor; dispose(): void };
}

interface Samples {
  x: Float32Array;
  count: number;
  dataset: Dataset;
  labels?: Int32Array;
}

/**
 * Reads a site's data by the release's input contract.
 * @throws FedshotError `data` where it does not fit the contract or is too little
 */
export async function targetData(options: InputOptions, config: ModelConfig): Promise<TargetData> {
  const read = async (notation: string): Promise<Samples> => {
    let dataset = checkLabels(await loadDataset(notation), config.classes);
    if (options.orient) dataset = orient(dataset, options.orient);
    if (options.invert) dataset = invert(dataset);
    const { count, labels } = dataset;
    return { x: applyInput(dataset, config.input), count, dataset, labels };
  };
  const sources = typeof options.data === 'string' ? [options.data] : options.data;
  const main = joined(await Promise.all(sources.map(read)));
  const test = options.test === undefined ? undefined : await read(options.test);
  if (options.rescale) rescale([main, ...(test ? [test] : [])], config);
  if (main.count < 2)
    throw new FedshotError('data', `${sources.join(', ')}: one sample is too few to adapt on`, {
      hint: 'predict with the released model instead: fedshot client predict --source-model',
    });
  const scored = test ?? main;
  const onTensor = ({ x, count }: Samples): Tensor => tensor(x, [count, ...config.input.shape]);
  return {
    count: main.count,
    x: main.x,
    scored: scored.dataset,
    labels: scored.labels,
    onEngine() {
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
    },
  };
}

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
  return { x, count, dataset: first!.dataset, labels };
}

/** Brings mean and deviation of the first samples, and the others along, to those of the card. */
function rescale(parts: Samples[], { input, card }: ModelConfig): void {
  if (!card)
    throw new FedshotError('usage', '--rescale needs a release with a card, which this one lacks');
  const { mean, deviation } = inputFigures(parts[0]!.x, input);
  for (const part of parts)
    part.x = part.x.map((v) => ((v - mean) / deviation) * card.input.deviation + card.input.mean);
}
