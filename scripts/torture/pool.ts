/** Processes that work on cases side by side: one of them alone would wait for itself. */
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Break, Case, Course } from './break.js';
import type { Meeting } from './pairs.js';

/** One case: a course with the number of the operation to fail, or a pair with the seed of its delays. */
export type Job =
  | { readonly course: Course; readonly fault: Break }
  | { readonly world: string; readonly pair: string; readonly seed: number };

type Result<J extends Job> = J extends { course: Course } ? Case : Meeting;

/** What a worker sends back. */
export type Answer = { readonly result: Case | Meeting } | { readonly error: string };

export interface Pool {
  run<J extends Job>(job: J): Promise<Result<J>>;
  close(): void;
}

/** @param size processes, each with one case at a time */
export function openPool(size: number): Pool {
  const all = Array.from({ length: size }, () =>
    fork(join(import.meta.dirname, 'worker.ts'), { serialization: 'advanced' }),
  );
  const idle = [...all];
  const waiting: ((worker: ChildProcess) => void)[] = [];
  const take = async (): Promise<ChildProcess> =>
    idle.pop() ?? new Promise((resolve) => waiting.push(resolve));
  const giveBack = (worker: ChildProcess): void => {
    const next = waiting.shift();
    if (next) next(worker);
    else idle.push(worker);
  };
  return {
    async run<J extends Job>(job: J): Promise<Result<J>> {
      const worker = await take();
      worker.send(job);
      const answer = await answerOf(worker);
      giveBack(worker);
      if ('error' in answer) throw new Error(answer.error);
      return answer.result as Result<J>;
    },
    close: () => all.forEach((worker) => worker.disconnect()),
  };
}

function answerOf(worker: ChildProcess): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void =>
      reject(new Error(`a worker ended with ${code ?? 'a signal'}`));
    worker.once('exit', ended);
    worker.once('message', (answer: Answer) => {
      worker.off('exit', ended);
      resolve(answer);
    });
  });
}
