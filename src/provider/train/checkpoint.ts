import { join } from 'node:path';
import { identifySource } from '../../shared/data/index.js';
import type { Engine } from '../../shared/engine/index.js';
import { CheckpointFile, type TrainingCheckpoint } from '../../shared/model/checkpoint.js';
import type { TrainSettings } from './options.js';
import type { SourceEpochRecord } from './result.js';

/** Progress of a run, kept in its checkpoint. */
export interface Progress {
  epochs: SourceEpochRecord[];
  best: { epoch: number; accuracy: number };
}

const checkpointPath = (out: string): string => join(out, '.checkpoint.safetensors');

/** The checkpoint of a run, and what is in it where the run is to go on. */
export function checkpointOf(
  settings: TrainSettings,
  engine: Engine,
): { file: CheckpointFile<Progress>; resumed: () => TrainingCheckpoint<Progress> | undefined } {
  const { out, resume, reporter } = settings;
  const file = new CheckpointFile<Progress>(checkpointPath(out), identityOf(settings, engine));
  const resumed = (): TrainingCheckpoint<Progress> | undefined => {
    if (!resume) return undefined;
    if (file.exists()) return file.load();
    reporter.note(`nothing to resume in ${out}: starting anew`);
    return undefined;
  };
  return { file, resumed };
}

/** What the result depends on: a checkpoint made with other values is refused. */
function identityOf(settings: TrainSettings, engine: Engine): Record<string, unknown> {
  const { data, test, holdOut, arch, hidden, bottleneck, parameters, classes } = settings;
  const { epochs, batch, lr, smoothing, augment, seed } = settings;
  return {
    data: identifySource(data),
    test: test && identifySource(test),
    holdOut,
    arch,
    hidden,
    bottleneck,
    parameters,
    classes,
    epochs,
    batch,
    lr,
    smoothing,
    augment,
    seed,
    engine: engine.name,
    device: engine.device,
    threads: engine.threads,
  };
}
