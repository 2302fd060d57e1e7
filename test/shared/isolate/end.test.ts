import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test as base } from 'vitest';
import { built, pathFor, possible, WAYS } from '../../fixtures/inside.js';

const LIBRARY = join(import.meta.dirname, '../../../dist/shared/isolate/index.js');
const dir = mkdtempSync(join(tmpdir(), 'fedshot-end-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const BLOCKED = {
  'computes without a pause': 'for (;;);',
  'waits for good': 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);',
  'takes no notice of signals':
    "process.on('SIGTERM', () => {}); process.on('SIGINT', () => {}); setInterval(() => {}, 1000);",
};

function program(body: string): string {
  const file = join(dir, `program-${Math.random()}.mjs`);
  writeFileSync(
    file,
    `import { isolate } from ${JSON.stringify(LIBRARY)};
    import { readFileSync } from 'node:fs';
    await isolate({ mode: 'auto', read: [${JSON.stringify(dir)}], write: [],
      reporter: { note() {}, warn() {} }, signal: new AbortController().signal });
    console.log('blocked');
    ${body}`,
  );
  return file;
}

/** Processes of this machine whose command line names this file. */
const running = (file: string): number[] => {
  const text = (pid: number): string => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    } catch {
      return '';
    }
  };
  return pids().filter((pid) => text(pid).includes(file));
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
        const child = spawn(process.execPath, [file], {
          env: { ...process.env, PATH: pathFor(way, dir) },
          stdio: ['ignore', 'pipe', 'ignore'],
        });
        await new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
        expect(running(file).length).toBeGreaterThan(1);
        child.kill('SIGKILL');
        await expect.poll(() => running(file), { timeout: 10_000 }).toEqual([]);
      },
    );
  },
);
