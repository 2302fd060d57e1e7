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

export interface TrainResult {
  out: string;
  engine: Pick<Engine, 'name' | 'device' | 'version' | 'threads'>;
  architecture: Architecture;
  classes: string[];
  samples: { trained: number; heldOut: number };
  /** Classes of which the card says nothing, for they have too few held-out samples. */
  undescribed: string[];
  heldOutAccuracy: number;
  bestEpoch: number;
  epochs: SourceEpochRecord[];
  seed: number;
  seconds: number;
}
