import { existsSync, rmSync } from 'node:fs';
import { FedshotError } from '../errors.js';
import { readBytes, writeFileAtomic } from '../files.js';
import { parseSafetensors } from '../format/safetensors.js';
import { decodeState, encodeState, type HostTensor, type StateDict } from './state.js';

/** Everything that a training run needs to go on after an epoch as if it had not stopped. */
export interface TrainingCheckpoint<Progress> {
  /** Whole epochs done. */
  epochs: number;
  weights: StateDict;
  /** Momentum buffers, in the order of the optimiser's parameters. */
  velocity: HostTensor[];
  /** The best weights so far, where a run keeps them. */
  best?: StateDict;
  /** The run's own record, JSON. */
  progress: Progress;
}

const prefixed = (prefix: string, state: StateDict): [string, HostTensor][] =>
  [...state].map(([name, tensor]) => [`${prefix}/${name}`, tensor]);

/**
 * Keeps a run's state in one file, so that it is old or new but never half of each.
 *
 * `settings` are what the run's result depends on. A checkpoint made with others is refused by the
 * name of the first that differs.
 */
export class CheckpointFile<Progress> {
  constructor(
    readonly path: string,
    private readonly settings: Record<string, unknown>,
  ) {}

  exists(): boolean {
    return existsSync(this.path);
  }

  save({ epochs, weights, velocity, best, progress }: TrainingCheckpoint<Progress>): void {
    const tensors: StateDict = new Map([
      ...prefixed('weights', weights),
      ...velocity.map((tensor, i): [string, HostTensor] => [`velocity/${i}`, tensor]),
      ...(best ? prefixed('best', best) : []),
    ]);
    const metadata = {
      epochs: String(epochs),
      settings: JSON.stringify(this.settings),
      progress: JSON.stringify(progress),
    };
    writeFileAtomic(this.path, encodeState(tensors, metadata));
  }

  /** @throws FedshotError `usage` if other settings made it, `format` if it is damaged */
  load(): TrainingCheckpoint<Progress> {
    const bytes = readBytes(this.path);
    const { metadata } = parseSafetensors(bytes, { file: this.path, finite: false });
    this.assertSameSettings(JSON.parse(metadata.settings ?? '{}') as Record<string, unknown>);
    const tensors = decodeState(bytes, this.path);
    const strip = (prefix: string): StateDict =>
      new Map(
        [...tensors]
          .filter(([name]) => name.startsWith(prefix))
          .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
      );
    const velocity = strip('velocity/');
    const best = strip('best/');
    return {
      epochs: Number(metadata.epochs),
      weights: strip('weights/'),
      velocity: Array.from({ length: velocity.size }, (_, i) => velocity.get(String(i))!),
      best: best.size > 0 ? best : undefined,
      progress: JSON.parse(metadata.progress ?? 'null') as Progress,
    };
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }

  private assertSameSettings(stored: Record<string, unknown>): void {
    const keys = new Set([...Object.keys(stored), ...Object.keys(this.settings)]);
    for (const key of keys) {
      const [was, is] = [JSON.stringify(stored[key]), JSON.stringify(this.settings[key])];
      if (was !== is)
        throw new FedshotError('usage', `${this.path} was made with ${key} ${was}, not ${is}`, {
          hint: 'resume with the same options, or start anew without --resume',
        });
    }
  }
}
