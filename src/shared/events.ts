import type { NoticeCode, NoticeFields } from './notices.js';
import type { Reporter, RunEvent, ReportedTask } from './reporter.js';

export type { RunEvent } from './reporter.js';

/** What long work tells while it runs. The terminal, a page and a program read the same stream. */
export type FedshotEvent =
  /** A piece of work with a known number of steps begins. */
  | { type: 'task'; task: number; label: string; total: number; unit?: string }
  /** It has moved on; `note` is the latest figure worth seeing. */
  | { type: 'progress'; task: number; done: number; note?: string }
  | { type: 'task-end'; task: number; note?: string }
  /** A line of information, and one that asks for attention; `NOTICES` lists the codes and their fields. */
  | { type: 'note'; text: string; code: NoticeCode; fields?: NoticeFields }
  | { type: 'warning'; text: string; code: NoticeCode; fields?: NoticeFields }
  /** An answer before the end: a server is ready. */
  | { type: 'ready'; value: unknown }
  /** One line of a server's log, JSON. */
  | { type: 'log'; line: string }
  | RunEvent;

/** A reporter that turns what it is told into events. */
export function eventReporter(emit: (event: FedshotEvent) => void): Reporter {
  let tasks = 0;
  return {
    // JavaScript of programs may leave the code out.
    note: (text, code: NoticeCode | undefined, fields) =>
      emit({ type: 'note', text, code: code ?? 'other', fields }),
    warn: (text, code: NoticeCode | undefined, fields) =>
      emit({ type: 'warning', text, code: code ?? 'other', fields }),
    event: emit,
    task(label, total, unit): ReportedTask {
      const task = tasks++;
      let done = 0;
      emit({ type: 'task', task, label, total, unit });
      return {
        advance(by = 1, note) {
          done += by;
          emit({ type: 'progress', task, done, note });
        },
        done: (note) => emit({ type: 'task-end', task, note }),
      };
    },
  };
}
