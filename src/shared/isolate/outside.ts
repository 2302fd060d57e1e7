import type { ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { FedshotError, type ErrorCode } from '../errors.js';

/** The descriptor over which the isolated process asks the one outside, which has the terminal. */
export const QUESTIONS = 4;

/** Answers what only the outside can know, a passphrase for instance; rejects where there is none. */
export type Answer = (question: string) => Promise<string>;

interface Reply {
  answer?: string;
  error?: { code: ErrorCode; message: string; hint?: string };
}

/** Outside: answers the questions of the process inside, one after another. */
export function answerInside(child: ChildProcess, answer: Answer | undefined): void {
  const channel = child.stdio[QUESTIONS] as Socket;
  channel.on('error', () => undefined);
  createInterface({ input: channel }).on('line', (question) => {
    const reply = async (): Promise<Reply> => {
      try {
        if (!answer) throw new FedshotError('internal', 'nobody outside answers');
        return { answer: await answer(JSON.parse(question) as string) };
      } catch (error) {
        const { message } = error as Error;
        return error instanceof FedshotError
          ? { error: { code: error.code, message, hint: error.hint } }
          : { error: { code: 'internal', message } };
      }
    };
    void reply().then((said) => channel.write(`${JSON.stringify(said)}\n`));
  });
}

let channel: Socket | undefined;

/** Inside: from now on the process outside can be asked. */
export function openQuestions(): void {
  channel = new Socket({ fd: QUESTIONS, readable: true, writable: true });
  channel.on('error', () => undefined);
  channel.unref();
}

/**
 * Inside: asks the process that started this one, over a pipe that nobody else has. What it answers
 * stands in no environment and on no command line.
 *
 * @returns undefined where there is nobody outside: this process was not isolated
 * @throws FedshotError what the answering failed with; `interrupted` when it ended
 */
export function askOutside(question: string): Promise<string> | undefined {
  const pipe = channel;
  if (!pipe) return undefined;
  pipe.ref();
  return new Promise<string>((resolve, reject) => {
    const lines = createInterface({ input: pipe });
    const ended = (): void => reject(new FedshotError('interrupted', 'the process outside ended'));
    lines.once('close', ended);
    lines.once('line', (line) => {
      lines.off('close', ended);
      lines.close();
      pipe.unref();
      const { answer, error } = JSON.parse(line) as Reply;
      if (answer !== undefined) resolve(answer);
      else
        reject(
          new FedshotError(error?.code ?? 'internal', error?.message ?? '', { hint: error?.hint }),
        );
    });
    pipe.write(`${JSON.stringify(question)}\n`);
  });
}
