import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ensureEngine } from '../../../src/shared/engine/index.js';
import { installTensorflow } from '../../../src/shared/engine/tensorflow/install.js';
import { installLibtorch } from '../../../src/shared/engine/libtorch/install.js';
import { libraryFile } from '../../../src/shared/engine/libtorch/library-file.js';
import { FedshotError } from '../../../src/shared/errors.js';
import { silent } from '../../../src/shared/reporter.js';
import { tempDir } from '../../fixtures/temp.js';

const posix = process.platform !== 'win32';
let bin: string;
let engines: string;
/** A machine with an empty cache and, unless told otherwise, with nothing on the PATH. */
beforeEach(() => {
  const cache = tempDir();
  engines = join(cache, 'fedshot', 'engines');
  bin = tempDir();
  vi.stubEnv('XDG_CACHE_HOME', cache);
  vi.stubEnv('PATH', bin);
  vi.stubEnv('FEDSHOT_LIBTORCH', '');
  vi.stubEnv('FEDSHOT_ENGINE', 'auto');
});
afterEach(() => vi.unstubAllEnvs());

/** Puts a program on the PATH: a shell script whose arguments are those of the real one. */
function program(name: string, script: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  vi.stubEnv('PATH', [bin, '/usr/bin', '/bin'].join(delimiter));
}
/** A python3 with pip that does `job` when it is to fetch something, where `$dest` is its folder. */
const python = (job: string): void =>
  program(
    'python3',
    `[ "$3" = --version ] && exit 0
[ "$1" = -c ] && exit 1
for arg; do case "$last" in --dest|--target) dest=$arg;; esac; last=$arg; done
${job}`,
  );
const left = (): string[] => (existsSync(engines) ? readdirSync(engines) : []);

describe.skipIf(!posix)('an install', () => {
  it.each([
    ['libtorch', installLibtorch],
    ['tensorflow', installTensorflow],
  ])('of %s says at once what is missing where there is no pip', async (_, install) => {
    await expect(install()).rejects.toMatchObject({
      code: 'engine',
      message: expect.stringContaining('no python3 with pip') as string,
      hint: expect.stringContaining('install Python') as string,
    });
    expect(left()).toEqual([]);
  });

  it('names what pip said, and leaves nothing behind', async () => {
    python('echo "ERROR: No matching distribution" >&2; exit 1');
    await expect(installLibtorch()).rejects.toMatchObject({
      code: 'network',
      message: expect.stringContaining('No matching distribution') as string,
    });
    expect(left()).toEqual([]);
  });

  it('tells a full disk from a network that is gone', async () => {
    python('echo "ERROR: OSError: [Errno 28] No space left on device" >&2; exit 1');
    await expect(installLibtorch()).rejects.toMatchObject({
      code: 'io',
      hint: expect.stringContaining('make room') as string,
    });
  });

  it('refuses a build without CUDA where one with it was asked for', async () => {
    const lib = '"$dest/torch/lib"';
    const version = `__version__ = '2.13.0+cpu'`;
    python(
      `mkdir -p ${lib}; : > ${lib}/${libraryFile('torch_cpu')}; echo "${version}" > "$dest/torch/version.py"`,
    );
    await expect(installLibtorch({ device: 'cuda' })).rejects.toMatchObject({
      code: 'engine',
      message: 'pip brought PyTorch 2.13.0+cpu, without CUDA',
    });
    expect(left()).toEqual([]);
  });

  it('of tensorflow asks for a compiler before it downloads', async () => {
    const fetched = join(tempDir(), 'fetched');
    python(`: > ${fetched}`);
    program('npm', 'exit 0');
    program('g++', 'exit 1');
    await expect(installTensorflow()).rejects.toThrow('there is no g++ on the PATH');
    expect(existsSync(fetched)).toBe(false);
  });

  it('stops with all that it started, says so, and leaves nothing', async () => {
    // the program that is started starts another, as pyenv does for python3
    const started = join(tempDir(), 'started');
    const late = join(dirname(started), 'late');
    python(`(: > ${started}; sleep 1; : > ${late}) & wait`);
    const abort = new AbortController();
    const installing = installLibtorch({ signal: abort.signal });
    const ensuring = ensureEngine({ signal: abort.signal, reporter: silent });
    const reason = new FedshotError('interrupted', 'stopped by SIGINT');
    await vi.waitFor(() => expect(existsSync(started)).toBe(true), 20_000);
    abort.abort(reason);
    // waited for together: both may have ended before the first is looked at
    const ends = await Promise.allSettled([installing, ensuring]);
    expect(ends).toEqual([
      { status: 'rejected', reason },
      { status: 'rejected', reason },
    ]);
    expect(left()).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(existsSync(late)).toBe(false);
  });

  it('clears what a killed one left, and nothing of one that runs', async () => {
    const gone = `.partial-${hostname()}-4194999-abc`; // above the highest number of a process
    const [runs, elsewhere] = [
      `.partial-${hostname()}-${process.pid}-abc`,
      '.partial-other.-1-abc',
    ];
    for (const name of [gone, runs, elsewhere]) mkdirSync(join(engines, name), { recursive: true });
    python('exit 1');
    await expect(installLibtorch()).rejects.toThrow();
    expect(left().sort()).toEqual([runs, elsewhere].sort());
  });

  it('refuses a cache folder that cannot be written', async () => {
    const file = join(tempDir(), 'file');
    writeFileSync(file, '');
    vi.stubEnv('XDG_CACHE_HOME', file);
    python('exit 0');
    await expect(installLibtorch()).rejects.toMatchObject({ code: 'io' });
  });

  it('never takes an empty folder for an engine', async () => {
    python('exit 0');
    const target = join(engines, 'libtorch-cuda-2.13.0');
    mkdirSync(target, { recursive: true });
    await expect(installLibtorch({ device: 'cuda' })).rejects.toMatchObject({
      message: `${target} holds no LibTorch`,
      hint: 'delete that folder and install again',
    });
  });
});
