import type { NoticeCode, NoticeFields } from './notices.js';

/** What happens in training and adapting. */
export type RunEvent =
  /** An epoch has ended: means of the loss's terms over its steps, in nats, under their own names. */
  | {
      type: 'epoch';
      phase: 'train' | 'adapt';
      /** Counted from 1. */
      epoch: number;
      epochs: number;
      terms: Readonly<Record<string, number>>;
      /** Share of scored samples that are right, where there are labels. */
      accuracy?: number;
    }
  /** F has begun with the weights of a file: numbers of tensors. */
  | { type: 'init'; file: string; taken: number; left: number; missed: number }
  /** The battery has looked at a model. */
  | { type: 'verdict'; outcome: string; kept: string };

/** One long piece of work with a known number of steps. */
export interface ReportedTask {
  /** Moves on by `by` steps (default 1); `note` is the latest figure worth seeing, e.g. `loss 0.42`. */
  advance(by?: number, note?: string): void;
  /** Ends the task; `note` is what came of it. */
  done(note?: string): void;
}

/**
 * How work tells a person what it is doing. Rooms below the command line report through this and
 * never write to a stream themselves: results are returned, not printed.
 */
export interface Reporter {
  /** Starts a task; `unit` names the steps (`steps`, `MiB`, `epochs`). */
  task(label: string, total: number, unit?: string): ReportedTask;
  /** One line of information; `code` and `fields` say the same to a program. */
  note(line: string, code: NoticeCode, fields?: NoticeFields): void;
  /** One line that asks for attention, with what to do about it. */
  warn(line: string, code: NoticeCode, fields?: NoticeFields): void;
  /** Something that happened, for programs: no text is made of it. */
  event?(event: RunEvent): void;
}

/** Says nothing: the default of every function that takes a reporter. */
export const silent: Reporter = {
  task: () => ({ advance: () => undefined, done: () => undefined }),
  note: () => undefined,
  warn: () => undefined,
};
