import type { NoticeCode, NoticeFields } from './notices.js';
import type { Reporter, RunEvent, ReportedTask } from './reporter.js';

/** Progress as it travels from a process to the one that started it. */
export type ProgressMessage =
  | { kind: 'task'; id: number; label: string; total: number; unit?: string }
  | { kind: 'advance'; id: number; by: number; note?: string }
  | { kind: 'done'; id: number; note?: string }
  | { kind: 'note' | 'warn'; line: string; code: NoticeCode; fields?: NoticeFields }
  | { kind: 'event'; event: RunEvent };

const EVERY_MS = 100;

/** A reporter that sends its calls as messages; steps are gathered to ten messages a second. */
export function messageReporter(
  send: (message: ProgressMessage) => void,
  clock = (): number => performance.now(),
): Reporter {
  let tasks = 0;
  return {
    note: (line, code: NoticeCode | undefined, fields) =>
      send({ kind: 'note', line, code: code ?? 'other', fields }),
    warn: (line, code: NoticeCode | undefined, fields) =>
      send({ kind: 'warn', line, code: code ?? 'other', fields }),
    event: (event) => send({ kind: 'event', event }),
    task(label, total, unit) {
      const id = tasks++;
      let by = 0;
      let sent = clock();
      let latest: string | undefined;
      let pending = false;
      const flush = (): void => {
        if (pending) send({ kind: 'advance', id, by, note: latest });
        pending = false;
        by = 0;
        sent = clock();
      };
      send({ kind: 'task', id, label, total, unit });
      return {
        advance(steps = 1, note) {
          pending = true;
          by += steps;
          latest = note ?? latest;
          if (clock() - sent >= EVERY_MS) flush();
        },
        done(note) {
          flush();
          send({ kind: 'done', id, note });
        },
      };
    },
  };
}

/** Repeats another process's progress, with its name in front if it has one. */
export function replay(reporter: Reporter, name?: string): (message: ProgressMessage) => void {
  const tasks = new Map<number, ReportedTask>();
  const named = (text: string, mark: string): string =>
    name === undefined ? text : `${name}${mark}${text}`;
  return (message) => {
    switch (message.kind) {
      case 'note':
      case 'warn':
        reporter[message.kind](named(message.line, ': '), message.code, message.fields);
        break;
      case 'event':
        reporter.event?.(message.event);
        break;
      case 'task': {
        const { id, label, total, unit } = message;
        tasks.set(id, reporter.task(named(label, ' · '), total, unit));
        break;
      }
      case 'advance':
        tasks.get(message.id)?.advance(message.by, message.note);
        break;
      case 'done':
        tasks.get(message.id)?.done(message.note);
        tasks.delete(message.id);
    }
  };
}
