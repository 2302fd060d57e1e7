import * as tf from '@tensorflow/tfjs-core';
import { FedshotError } from '../errors.js';
import type { Started } from './definition.js';
import type { Ops } from './ops.js';
import { Turns } from './turns.js';
import type { Engine } from './types.js';

/** tfjs-core has one current backend, one tape and one list of scopes per process: hence one queue. */
export const turns = new Turns();

/** Makes `backend` the current one while `work` is done. */
async function asCurrent<T>(backend: string, work: () => Promise<T>): Promise<T> {
  const before = tf.getBackend();
  if (before !== backend) await tf.setBackend(backend);
  try {
    return await work();
  } finally {
    if (before && before !== backend) await tf.setBackend(before);
  }
}

export interface RunningOptions {
  name: string;
  threads: number;
  /** Its name among tfjs-core's backends. */
  backend: string;
  started: Started;
  /** Is called once it is stopped, in its turn. */
  ended(engine: RunningEngine): Promise<void>;
}

/** An engine that was started. */
export class RunningEngine implements Engine {
  readonly name: string;
  readonly device: string;
  readonly version: string;
  readonly threads: number;
  readonly ops: Ops;
  readonly backend: string;
  #stopped = false;

  constructor(private readonly options: RunningOptions) {
    const { name, threads, backend, started } = options;
    this.name = name;
    this.threads = threads;
    this.backend = backend;
    this.device = started.device;
    this.version = started.version;
    this.ops = started.ops;
  }

  use<T>(work: () => T | Promise<T>): Promise<T> {
    return turns.take(this, work, (inner) => {
      if (this.#stopped)
        throw new FedshotError('engine', `engine ${this.name} was stopped`, {
          hint: 'start it again with startEngine',
        });
      return asCurrent(this.backend, async () => {
        const leave = this.options.started.enter?.();
        try {
          return await inner();
        } finally {
          leave?.();
        }
      });
    });
  }

  async stop(): Promise<void> {
    const holder = turns.holder();
    if (holder)
      throw new FedshotError('usage', `engine ${this.name} cannot be stopped within a turn`, {
        hint: `stop it after the \`use\` of ${holder.name} has ended`,
      });
    await turns.take(this, async () => {
      if (this.#stopped) return;
      this.#stopped = true;
      tf.removeBackend(this.backend);
      this.options.started.stopped?.();
      await this.options.ended(this);
    });
  }
}
