import type { Dataset, LoadedSamples } from '../../shared/data/index.js';
import type { Ops } from '../../shared/engine/index.js';
import type { Samples } from '../../shared/model/samples.js';
import type { Reading } from './reading.js';

/** What was loaded for a site. */
export interface TargetParts {
  /** One or several. */
  main: readonly LoadedSamples[];
  test?: LoadedSamples;
}

/** What a site adapts on and scores on, as the release takes it. */
export interface TargetData {
  count: number;
  /** What is scored, where it is held in memory: the test data if there is any, else the first data. */
  scored?: Dataset;
  /** Labels of what is scored, if it has any. */
  labels?: Int32Array;
  /** Tables: share of the cells of each column that are missing and were filled in. */
  missing?: number[];
  /** How the samples were read. */
  reading: Reading;
  /** Makes the samples ready for the engine, which must have started; whoever asks disposes them. */
  open(ops: Ops): OpenedTarget;
}

/** A site's samples; `test` where there are separate ones to score on. */
export interface OpenedTarget {
  main: Samples;
  test?: Samples;
}

export function disposeTarget({ main, test }: OpenedTarget): void {
  main.dispose();
  test?.dispose();
}
