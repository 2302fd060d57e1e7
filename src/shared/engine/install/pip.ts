import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FedshotError } from '../../errors.js';
import type { Reporter } from '../../reporter.js';
import type { Environment } from '../settings.js';
import { runProgram } from './program.js';

/** Seconds without a new byte after which a download is given up. */
const STALLED_AFTER = 20;
const MIB = 2 ** 20;

export interface PipOptions {
  /** What is done, in words, and about how large it becomes. */
  label: string;
  mebibytes: number;
  /** Folder that python works in; its growth is the progress. */
  folder: string;
  env: Environment;
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
export async function requirePip({
  env,
  signal,
}: Pick<PipOptions, 'env' | 'signal'>): Promise<void> {
  const { code } = await runProgram('python3', ['-m', 'pip', '--version'], {
    env,
    signal,
    watch: (stop) => {
      const timer = setTimeout(stop, 1000 * STALLED_AFTER);
      return () => clearTimeout(timer);
    },
  });
  if (code === 0) return;
  throw new FedshotError(
    'engine',
    'there is no python3 with pip on the PATH to fetch an engine with',
    {
      hint: 'install Python with pip, or PyTorch itself; without either, --engine wasm works everywhere, only slower',
    },
  );
}

/** Shows how `folder` grows, and stops what does not grow any more. */
function follow({ label, mebibytes, folder, reporter }: PipOptions) {
  const task = reporter.task(label, mebibytes, 'MiB');
  const start = folderSize(folder);
  let [lastSize, lastGrowth, shown] = [start, Date.now(), 0];
  const state = { task, stalled: false };
  const watch = (stop: () => void): (() => void) => {
    const timer = setInterval(() => {
      const size = folderSize(folder);
      if (size !== lastSize) lastGrowth = Date.now();
      lastSize = size;
      const now = Math.min(mebibytes, Math.floor((size - start) / MIB));
      if (now > shown) task.advance(now - shown);
      shown = Math.max(shown, now);
      if (Date.now() - lastGrowth < 1000 * STALLED_AFTER) return;
      state.stalled = true;
      stop();
    }, 300);
    return () => clearInterval(timer);
  };
  return Object.assign(state, { watch });
}

/** The line of what python said that tells most. */
function reason(said: string): string | undefined {
  const lines = said.split('\n').filter((line) => line.trim() && !line.includes('for help visit'));
  const errors = lines.filter((line) => line.startsWith('ERROR:'));
  return errors.at(-1)?.slice(7) ?? lines.at(-1);
}

/**
 * `python3` with arguments, to its end.
 *
 * @param code what it is if that fails, but for a full disk, which is `io`
 * @throws FedshotError with the last thing it said; the signal's reason
 */
async function python(args: string[], options: PipOptions, code: 'network' | 'io', hint?: string) {
  const { label, folder, signal } = options;
  const followed = follow(options);
  const { task, watch } = followed;
  const env = { ...options.env, TMPDIR: folder };
  const ended = await runProgram('python3', args, { env, signal, watch });
  if (ended.code === 0) {
    task.done();
    return;
  }
  task.done('failed');
  if (/Errno 28|No space left/.test(ended.said))
    throw new FedshotError('io', `${label}: no space left for ${folder}`, {
      hint: 'make room there, or set XDG_CACHE_HOME to a folder that has it',
    });
  const stalled = followed.stalled && `nothing arrived for ${STALLED_AFTER} s`;
  const what = stalled || (reason(ended.said) ?? 'python3 failed');
  throw new FedshotError(code, `${label}: ${what}`, { hint });
}

/** Runs pip. @throws FedshotError `network`, or `io` on a full disk */
const pip = (args: string[], index: readonly string[], options: PipOptions): Promise<void> =>
  python(
    [...['-m', 'pip', ...args], ...index.flatMap((url) => ['--extra-index-url', url])],
    options,
    'network',
    'check that `python3 -m pip download` reaches a package index (--index names another), or go on with --engine wasm',
  );

/** Fails fast: an offline machine must know within seconds. */
const FLAGS = [
  ...['--no-input', '--disable-pip-version-check', '--quiet', '--only-binary', ':all:'],
  ...['--timeout', '5', '--retries', '0'],
];

/** Downloads one package alone into the folder. @returns the wheel's path */
export async function fetchWheel(
  requirement: string,
  index: readonly string[],
  options: Omit<PipOptions, 'label'>,
): Promise<string> {
  const { folder } = options;
  const args = ['download', ...FLAGS, '--no-deps', '--dest', folder, requirement];
  await pip(args, index, { ...options, label: `fetching ${requirement}` });
  const wheel = readdirSync(folder).find((name) => name.endsWith('.whl'));
  if (!wheel) throw new FedshotError('engine', `pip brought no wheel of ${requirement}`);
  return join(folder, wheel);
}

/** Installs a package and what it needs under `target`. */
export const installPackage = (
  requirement: string,
  target: string,
  index: readonly string[],
  options: PipOptions,
): Promise<void> => pip(['install', ...FLAGS, '--target', target, requirement], index, options);

const UNPACK = `
import sys, zipfile
wheel, target, wanted = sys.argv[1], sys.argv[2], sys.argv[3:]
with zipfile.ZipFile(wheel) as z:
    for name in z.namelist():
        if any(name == w or w.endswith('/') and name.startswith(w) for w in wanted):
            z.extract(name, target)
`;

/** Unpacks files and whole folders (named with a slash at the end) of a wheel. */
export const unpackWheel = (
  wheel: string,
  target: string,
  wanted: readonly string[],
  options: PipOptions,
): Promise<void> => python(['-c', UNPACK, wheel, target, ...wanted], options, 'io');
