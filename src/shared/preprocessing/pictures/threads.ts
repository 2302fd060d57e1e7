import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { FedshotError } from '../../errors.js';
import { Preparer, type PreparedViews, type PrepareSettings, type ViewTask } from './prepare.js';
import type { FromThread, ThreadData, ToThread } from './worker.js';

/** Something that prepares pictures. */
export interface Preparing {
  /** @throws FedshotError `interrupted` when it is closed meanwhile */
  prepare(task: ViewTask): Promise<PreparedViews>;
  close(): Promise<void>;
}

/** In this thread, which stands still meanwhile but for decoding. */
export function inThisThread(settings: PrepareSettings): Preparing {
  const preparer = new Preparer(settings);
  let closed = false;
  let last: Promise<unknown> = Promise.resolve();
  return {
    prepare(task) {
      const result = last.then(() => preparer.prepare(task, () => closed));
      last = result.catch(() => undefined);
      return result;
    },
    async close() {
      closed = true;
      await last;
    },
  };
}

interface Thread {
  readonly worker: Worker;
  readonly ended: Promise<void>;
  readonly waiting: Map<number, Waiting>;
}

interface Waiting {
  readonly resolve: (prepared: PreparedViews) => void;
  readonly reject: (error: Error) => void;
}

/**
 * In threads of their own. They are started as there is work for them, and hold the process back only while
 * there is some.
 */
export class Threads implements Preparing {
  readonly #most: number;
  readonly #data: ThreadData;
  #threads: Thread[] = [];
  #tasks = 0;
  #closed = false;

  constructor(settings: PrepareSettings, most: number) {
    this.#most = most;
    this.#data = { settings, stop: new SharedArrayBuffer(4) };
  }

  /** Goes to the thread that has least to do. */
  prepare(task: ViewTask): Promise<PreparedViews> {
    if (this.#closed) return Promise.reject(closed());
    const idle = this.#threads.find(({ waiting }) => waiting.size === 0);
    const thread = idle ?? (this.#threads.length < this.#most ? this.#start() : this.#least());
    const id = this.#tasks++;
    return new Promise((resolve, reject) => {
      thread.waiting.set(id, { resolve, reject });
      thread.worker.ref();
      thread.worker.postMessage({ id, task } satisfies ToThread);
    });
  }

  /**
   * Threads end by themselves after the picture that they are at: one that is ended from outside may
   * take libvips with it.
   */
  async close(): Promise<void> {
    this.#closed = true;
    Atomics.store(new Int32Array(this.#data.stop), 0, 1);
    for (const { worker, waiting } of this.#threads) {
      this.#fail(waiting, closed());
      worker.ref();
      worker.postMessage('close');
    }
    await Promise.all(this.#threads.map(({ ended }) => ended));
  }

  #least(): Thread {
    return this.#threads.reduce((a, b) => (b.waiting.size < a.waiting.size ? b : a));
  }

  #start(): Thread {
    const worker = new Worker(...program(this.#data));
    const waiting = new Map<number, Waiting>();
    worker.on('message', (said: FromThread) => {
      const one = waiting.get(said.id);
      waiting.delete(said.id);
      if (waiting.size === 0) worker.unref();
      if ('prepared' in said) one?.resolve(said.prepared);
      else {
        const error = new FedshotError('internal', `a thread failed: ${said.defect}`);
        if (said.stack !== undefined) error.stack = said.stack;
        one?.reject(error);
      }
    });
    let cause: unknown;
    worker.on('error', (error) => (cause = error));
    const ended = new Promise<void>((resolve) => {
      worker.on('exit', () => {
        const why = cause instanceof Error ? cause.message : 'no reason given';
        this.#fail(waiting, new FedshotError('internal', `a thread ended: ${why}`, { cause }));
        // what comes next gets a new one
        this.#threads = this.#threads.filter((one) => one.worker !== worker);
        resolve();
      });
    });
    worker.unref();
    const thread = { worker, ended, waiting };
    this.#threads.push(thread);
    return thread;
  }

  #fail(waiting: Thread['waiting'], error: FedshotError): void {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  }
}

const closed = (): FedshotError =>
  new FedshotError('interrupted', 'the pictures were closed while they were read');

/** The thread's program; from the sources behind what makes Node read TypeScript. */
function program(workerData: ThreadData): ConstructorParameters<typeof Worker> {
  if (!import.meta.url.endsWith('.ts'))
    return [new URL('./worker.js', import.meta.url), { workerData }];
  const required = createRequire(import.meta.url).resolve('tsx/esm/api');
  const api = pathToFileURL(required.replace(/cjs$/, 'mjs')).href;
  const worker = new URL('./worker.ts', import.meta.url).href;
  const code = `import('${api}').then(({ register }) => (register(), import('${worker}')));`;
  return [code, { workerData, eval: true, execArgv: [] }];
}
