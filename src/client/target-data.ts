import { tensor, type Tensor } from '@tensorflow/tfjs-core';
import { applyInput, checkLabels, loadDataset } from '../shared/data/index.js';
import type { Dataset } from '../shared/data/types.js';
import { FedshotError } from '../shared/errors.js';
import type { ModelConfig } from '../shared/model/config.js';

/** What a site adapts on and scores on, normalised as the release says. */
export interface TargetData {
  count: number;
  /** What is scored: the test data where there is any, else the data itself. */
  scored: Dataset;
  /** Labels of what is scored, if it has any. */
  labels?: Int32Array;
  /** Copies the samples to the engine, which must have started. */
  onEngine(): { x: Tensor; test?: Tensor; dispose(): void };
}

/**
 * Reads a site's data by the release's input contract.
 * @throws FedshotError `data` where it does not fit the contract or is too little
 */
export async function targetData(
  options: { data: string; test?: string },
  config: ModelConfig,
): Promise<TargetData> {
  const read = async (notation: string) => {
    const dataset = checkLabels(await loadDataset(notation), config.classes);
    return { dataset, x: applyInput(dataset, config.input) };
  };
  const main = await read(options.data);
  const test = options.test === undefined ? undefined : await read(options.test);
  if (main.dataset.count < 2)
    throw new FedshotError('data', `${options.data}: one sample is too few to adapt on`, {
      hint: 'predict with the released model instead: fedshot client predict --source-model',
    });
  const scored = (test ?? main).dataset;
  const onTensor = ({ x, dataset }: typeof main): Tensor =>
    tensor(x, [dataset.count, ...config.input.shape]);
  return {
    count: main.dataset.count,
    scored,
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
