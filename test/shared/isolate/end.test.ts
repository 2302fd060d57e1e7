import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test as base } from 'vitest';
import { built, pathFor, possible, WAYS } from '../../fixtures/inside.js';
import { stepProgram } from '../../fixtures/step-program.js';
import { fileDir } from '../../fixtures/temp.js';

let marks = 0;
const dir = fileDir();

const BLOCKED = {
  'computes without a pause': 'for (;;);',
  'waits for good': 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);',
  'takes no notice of signals':
    "process.on('SIGTERM', () => {}); process.on('SIGINT', () => {}); setInterval(() => {}, 1000); await new Promise(() => {});",
};

const program = (body: string): string =>
  stepProgram({ dir, body: `context.answered('blocked'); ${body}`, mode: 'auto' });

/** Processes of this machine whose command line has this mark: the worker gets the words for Node as well. */
const running = (mark: string): number[] => {
  const text = (pid: number): string => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    } catch {
      return '';
    }
  };
  return pids().filter((pid) => text(pid).includes(mark));
};
const pids = (): number[] =>
  readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));

describe.each([...WAYS, 'none'] as const)(
  'isolated by %s, when the process outside is killed',
  (way) => {
    const there = way === 'none' ? built && process.platform === 'linux' : possible[way];
    base.skipIf(!there).each(Object.entries(BLOCKED))(
      'one that %s ends, too',
      async (_name, body) => {
        const file = program(body);
        const mark = `fedshot-end-${process.pid}-${++marks}`;
        const child = spawn(process.execPath, [`--title=${mark}`, file], {
          env: { ...process.env, PATH: pathFor(way, dir) },
          stdio: ['ignore', 'pipe', 'ignore'],
        });
        await new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
        await expect.poll(() => running(mark).length, { timeout: 10_000 }).toBeGreaterThan(1);
        child.kill('SIGKILL');
        await expect.poll(() => running(mark), { timeout: 10_000 }).toEqual([]);
      },
    );
  },
);
