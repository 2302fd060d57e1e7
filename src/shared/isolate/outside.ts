import type { ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { FedshotError, type ErrorCode } from '../errors.js';

/** The descriptor over which the isolated process asks the one outside, which has terminal and keys. */
export const QUESTIONS = 4;

/** Answers what only the outside can know, an opened key for instance; rejects where there is none. */
export type Answer = (question: string) => Promise<string>;

interface Reply {
  answer?: string;
  error?: { code: ErrorCode; message: string; hint?: string };
}

/** Outside: answers the questions of the process inside, one after another. */
export function answerInside(child: ChildProcess, answer: Answer | undefined): void {
  const channel = child.stdio[QUESTIONS] as Socket;
  channel.on('error', () => undefined);
  let before: Promise<void> = Promise.resolve();
  createInterface({ input: channel }).on('line', (question) => {
    before = before
      .then(() => replyTo(question, answer))
      .then((said) => void channel.write(`${JSON.stringify(said)}\n`));
  });
}

async function replyTo(question: string, answer: Answer | undefined): Promise<Reply> {
  try {
    if (!answer) throw new FedshotError('internal', 'nobody outside answers');
    return { answer: await answer(JSON.parse(question) as string) };
  } catch (error) {
    const { message } = error as Error;
    return error instanceof FedshotError
      ? { error: { code: error.code, message, hint: error.hint } }
      : { error: { code: 'internal', message } };
  }
}

type Taker = (reply: Reply) => void;

let channel: Socket | undefined;
let over = false;
/** Who waits for an answer, in the order in which was asked. */
const waiting: Taker[] = [];

/** Inside: from now on the process outside can be asked. */
export function openQuestions(): void {
  const pipe = new Socket({ fd: QUESTIONS, readable: true, writable: true });
  pipe.on('error', () => undefined);
  createInterface({ input: pipe })
    .on('line', (line) => waiting.shift()?.(JSON.parse(line) as Reply))
    .once('close', () => {
      over = true;
      for (const taker of waiting.splice(0)) taker(ENDED);
    });
  pipe.unref();
  channel = pipe;
}

const ENDED: Reply = { error: { code: 'interrupted', message: 'the process outside ended' } };

/** Whether somebody is outside to be asked: this process was started by another of ours. */
export const hasOutside = (): boolean => channel !== undefined;

/**
 * Inside: asks the process that started this one, over a pipe that nobody else has. What it answers
 * stands in no environment and on no command line.
 *
 * @throws FedshotError what the answering failed with; `interrupted` when it ended; `internal` where
 *   nobody is outside
 */
export function askOutside(question: string): Promise<string> {
  const pipe = channel;
  if (!pipe) return Promise.reject(new FedshotError('internal', 'nobody is outside to be asked'));
  pipe.ref();
  return new Promise<string>((resolve, reject) => {
    const take: Taker = ({ answer, error }) => {
      if (waiting.length === 0) pipe.unref();
      if (answer !== undefined) resolve(answer);
      else
        reject(
          new FedshotError(error?.code ?? 'internal', error?.message ?? '', { hint: error?.hint }),
        );
    };
    if (over) {
      take(ENDED);
      return;
    }
    waiting.push(take);
    pipe.write(`${JSON.stringify(question)}\n`);
  });
}
