import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FedshotError } from '../errors.js';
import type { Reporter } from '../reporter.js';

/** Seconds without a new byte after which a download is given up. */
const STALLED_AFTER = 20;
const MIB = 2 ** 20;

export interface PipOptions {
  /** What is fetched, in words, and about how large it is. */
  label: string;
  mebibytes: number;
  /** Folder that pip works in; its growth is the progress. */
  folder: string;
  reporter: Reporter;
  signal?: AbortSignal;
}

function folderSize(folder: string): number {
  let total = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    try {
      total += entry.isDirectory() ? folderSize(path) : statSync(path).size;
    } catch {
      // pip moves its temporary files while we look
    }
  }
  return total;
}

/** @throws FedshotError `engine` when there is no python3 with pip */
export function requirePip(): void {
  const probe = spawnSync('python3', ['-m', 'pip', '--version'], {
    stdio: 'ignore',
    timeout: 20_000,
  });
  if (probe.status === 0) return;
  throw new FedshotError(
    'engine',
    'there is no python3 with pip on the PATH to fetch an engine with',
    {
      hint: 'install Python with pip, or PyTorch itself; without either, --engine wasm works everywhere, only slower',
    },
  );
}

/** `python3` with arguments, to its end. @throws FedshotError `network`, with the last thing it said */
export async function python(args: string[], options: PipOptions): Promise<void> {
  const { label, mebibytes, folder, reporter, signal } = options;
  const task = reporter.task(label, mebibytes, 'MiB');
  const child = spawn('python3', args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, TMPDIR: folder },
    signal,
  });
  let said = '';
  child.stderr
    .setEncoding('utf8')
    .on('data', (text: string) => (said = (said + text).slice(-4000)));
  let [seen, lastGrowth, stalled] = [folderSize(folder), Date.now(), false];
  let lastSize = seen;
  const watch = setInterval(() => {
    const size = folderSize(folder);
    if (size !== lastSize) lastGrowth = Date.now();
    lastSize = size;
    const arrived = Math.floor(Math.max(0, size - seen) / MIB);
    if (arrived > 0) task.advance(arrived);
    seen += arrived * MIB;
    if (Date.now() - lastGrowth > 1000 * STALLED_AFTER) stalled = child.kill();
  }, 300);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject).once('close', resolve);
    });
    if (code === 0) {
      task.done();
      return;
    }
  } finally {
    clearInterval(watch);
  }
  task.done('failed');
  const reason = said
    .split('\n')
    .reverse()
    .find((line) => line.startsWith('ERROR:'));
  const what = stalled
    ? `nothing arrived for ${STALLED_AFTER} s`
    : (reason?.slice(7) ?? 'pip failed');
  throw new FedshotError('network', `${label}: ${what}`, {
    hint: 'check that `python3 -m pip download` reaches a package index (--index names another), or go on with --engine wasm',
  });
}

/** Fails fast: an offline machine must know within seconds. */
export const PIP_FLAGS = [
  '--no-input',
  '--disable-pip-version-check',
  '--quiet',
  '--only-binary',
  ':all:',
  '--timeout',
  '5',
  '--retries',
  '0',
];
