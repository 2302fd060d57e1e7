/** A thread that reads pictures: gets tasks by number and answers each with its levels. */
import { parentPort, workerData } from 'node:worker_threads';
import { Preparer, type PreparedViews, type PrepareSettings, type ViewTask } from './prepare.js';

/** What a thread starts with. */
export interface ThreadData {
  readonly settings: PrepareSettings;
  /** One word: not 0 when nothing more is to be read. */
  readonly stop: SharedArrayBuffer;
}

export interface ToThread {
  readonly id: number;
  readonly task: ViewTask;
}

export type FromThread =
  | { readonly id: number; readonly prepared: PreparedViews }
  | { readonly id: number; readonly defect: string; readonly stack?: string };

const { settings, stop } = workerData as ThreadData;
const word = new Int32Array(stop);
const preparer = new Preparer(settings);
const stopped = (): boolean => Atomics.load(word, 0) !== 0;
const port = parentPort;
if (!port) throw new Error('this file runs as a thread');

let last = Promise.resolve();
port.on('message', (said: ToThread | 'close') => {
  last = last.then(() => (said === 'close' ? port.close() : work(said)));
});

async function work({ id, task }: ToThread): Promise<void> {
  const say = (said: FromThread, moved: ArrayBuffer[] = []): void => port!.postMessage(said, moved);
  try {
    const prepared = await preparer.prepare(task, stopped);
    say({ id, prepared }, [prepared.pixels.buffer]);
  } catch (error) {
    const { message: defect, stack } = error instanceof Error ? error : new Error(String(error));
    say({ id, defect, stack });
  }
}
