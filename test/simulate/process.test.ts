import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { FedshotError } from '../../src/shared/errors.js';
import type { Reporter } from '../../src/shared/reporter.js';
import { runToEnd, start } from '../../src/simulate/process.js';

const program = fileURLToPath(new URL('fake.mjs', import.meta.url));
const notes: string[] = [];
const reporter: Reporter = {
  note: (line) => notes.push(line),
  warn: (line) => notes.push(line),
  task: () => ({ advance: () => undefined, done: () => undefined }),
};
const options = (args: string[], signal = new AbortController().signal) => ({
  name: 'site-1',
  args,
  reporter,
  signal,
  program,
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // it has ended in the meantime
  }
}

async function gone(pid: number): Promise<void> {
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('run', () => {
  it("hands the command --json and its environment, and back comes the command's document", async () => {
    const env = { FEDSHOT_PASSPHRASE: 'only in the environment' };
    expect(await runToEnd({ ...options(['echo', 'x']), env })).toEqual({
      args: ['echo', 'x', '--json'],
      secret: 'only in the environment',
    });
    expect(notes).toContain('site-1: at work');
  });

  it("fails with the command's own code, message and hint", async () => {
    const failure = runToEnd(options(['refuse']));
    await expect(failure).rejects.toMatchObject({
      code: 'rollback',
      message: 'site-1: digits 3 is older than 4',
      hint: 'ask why',
    });
  });

  it('gives the answer of a command that answers and then ends with a code of its own', async () => {
    const { answer, ended } = start(options(['verdict']));
    await expect(ended).rejects.toMatchObject({ code: 'rolled-back' });
    expect(await answer).toEqual({ battery: { outcome: 'rolled back' } });
  });

  it('shows the last line of a process that crashed', async () => {
    await expect(runToEnd(options(['crash']))).rejects.toThrow(
      'site-1: fedshot crash: segmentation fault',
    );
  });

  it('does not take silence for success', async () => {
    await expect(runToEnd(options(['silent']))).rejects.toThrow('no answer');
  });

  it('starts nothing once the signal is aborted', async () => {
    const reason = new FedshotError('interrupted', 'stopped');
    await expect(runToEnd(options(['echo'], AbortSignal.abort(reason)))).rejects.toBe(reason);
  });
});

describe('start', () => {
  it('answers while the process goes on, and stops it as Ctrl-C does', async () => {
    const server = start(options(['serve']));
    expect(await server.answer).toEqual({ ready: true });
    server.stop();
    await expect(server.ended).resolves.toBeUndefined();
  });

  it('stops the process when the signal is aborted, and fails with its reason', async () => {
    const stop = new AbortController();
    const child = start(options(['pid'], stop.signal));
    const { pid } = (await child.answer) as { pid: number };
    const reason = new FedshotError('interrupted', 'stopped by SIGINT');
    stop.abort(reason);
    await expect(child.ended).rejects.toBe(reason);
    expect(isAlive(pid)).toBe(false);
  });

  it('leaves no process behind when the parent is killed', async () => {
    const module = new URL('../../dist/simulate/process.js', import.meta.url).href;
    const env = { ...process.env, PROCESS_MODULE: module };
    const parent = spawn(process.execPath, [program, 'parent'], { env });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const { pid } = JSON.parse(line.toString()) as { pid: number };
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await gone(pid);
    expect(isAlive(pid)).toBe(false);
  });

  it.runIf(process.platform === 'linux')(
    'leaves no process behind that works in a sandbox, either',
    async () => {
      const out = join(mkdtempSync(join(tmpdir(), 'fedshot-')), 'model');
      const module = new URL('../../dist/simulate/process.js', import.meta.url).href;
      const env = { ...process.env, PROCESS_MODULE: module, OUT: out };
      const parent = spawn(process.execPath, [program, 'train'], { env });
      await once(parent.stdout, 'data'); // the first step of training
      const working = (): string[] =>
        readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && commandLine(pid).includes(out));
      expect(working().length).toBeGreaterThan(0);
      parent.kill('SIGKILL');
      while (working().length > 0) await new Promise((resolve) => setTimeout(resolve, 50));
    },
  );
});
