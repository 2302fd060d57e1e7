import type { IsolationRecord } from '../../shared/isolate/types.js';
import type { RunRecord } from '../runs/record.js';
import type { AutoOptions } from './types.js';

/** How an adaptation is kept. */
export interface RunOptions extends Omit<AutoOptions, 'resume'> {
  /** Goes on with an interrupted run: this one, or for `true` the newest of these settings. */
  resume?: string | boolean;
  /** What the run is called besides its id. */
  runName?: string;
  /** Keeps the weights of a run that does not come into use, to look at. */
  keepWeights?: boolean;
  /** Keeps the pictures of a report beside the record. */
  keepSamples?: boolean;
  /** What the run was kept apart from, for audits. */
  isolation?: IsolationRecord;
  now?: () => Date;
}

/** What became of a run. */
export interface KeptRun {
  id: string;
  name?: string;
  verdict: RunRecord['verdict'];
  /** Whether it is what answers now. */
  inUse: boolean;
}
