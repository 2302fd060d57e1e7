import type { Engine } from '../../shared/engine/index.js';
import type { Architecture } from '../../shared/model/architecture.js';

export interface SourceEpochRecord {
  /** Counted from 1. */
  epoch: number;
  /** Mean over the epoch's steps, nats. */
  loss: number;
  /** Share of held-out samples that are right, 0..1, where this epoch was scored. */
  heldOutAccuracy?: number;
}

/** What became of the tensors of a file that F began with (`--init`), by the file's names. */
export interface InitReport {
  file: string;
  taken: string[];
  /** Taken in another shape: positions, resampled to this grid. */
  fitted: string[];
  /** A head for other classes, left out. */
  head: string[];
  /** Others that the network has no place for. */
  left: string[];
  /** Tensors of F that the file does not have, by F's names: they began at random. */
  missed: string[];
}

export interface TrainResult {
  out: string;
  engine: Pick<Engine, 'name' | 'device' | 'version' | 'threads'>;
  architecture: Architecture;
  classes: string[];
  /** Where F began, if not at random. */
  init?: InitReport;
  samples: { trained: number; heldOut: number };
  /** Classes of which the card says nothing, for they have too few held-out samples. */
  undescribed: string[];
  heldOutAccuracy: number;
  bestEpoch: number;
  epochs: SourceEpochRecord[];
  seed: number;
  seconds: number;
}
