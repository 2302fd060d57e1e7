import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { asFedshotError, FedshotError } from '../../errors.js';
import { silent } from '../../reporter.js';
import { enginesFolder } from '../cache.js';
import type { InstallOptions } from '../libtorch/install.js';
import { PIP_FLAGS, python, requirePip } from '../pip.js';
import { findTensorflow, tensorflowFolder } from './find.js';
import type { TensorflowInstallation } from './find.js';

const TFJS_NODE = '@tensorflow/tfjs-node@4.22.0';
const LIBRARIES = {
  tensorflow: 'libtensorflow_cc.so.2',
  tensorflow_framework: 'libtensorflow_framework.so.2',
};

const UNPACK = `
import sys, zipfile
wheel, target = sys.argv[1:3]
with zipfile.ZipFile(wheel) as z:
    for name in z.namelist():
        if name.startswith('tensorflow/include/') or name in ['tensorflow/' + n for n in sys.argv[3:]]:
            z.extract(name, target)
`;

/** Runs a program. @throws FedshotError `engine`, naming the program and its last line */
async function run(program: string, args: string[], signal?: AbortSignal): Promise<void> {
  try {
    await promisify(execFile)(program, args, { signal, maxBuffer: 2 ** 26 });
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim().split('\n').at(-1);
    throw new FedshotError('engine', `${program}: ${said ?? (error as Error).message}`, {
      cause: error,
    });
  }
}

/**
 * Builds tfjs-node's native part against the TensorFlow that pip provides, in the user's cache
 * folder: the published binary loads neither on current Node nor with current CUDA. Needs npm, pip
 * and g++ on Linux. Whole or not at all.
 *
 * @throws FedshotError `engine` when a tool is missing or fails, `network` when a package cannot be had
 */
export async function installTensorflow(
  options: InstallOptions = {},
): Promise<TensorflowInstallation> {
  const { device = 'cpu', index, reporter = silent, signal } = options;
  if (process.platform !== 'linux')
    throw new FedshotError('engine', 'the tensorflow engine can be built on Linux only', {
      hint: 'npm install @tensorflow/tfjs-node brings the published binary',
    });
  if (!existsSync(tensorflowFolder())) {
    requirePip();
    mkdirSync(enginesFolder(), { recursive: true });
    const folder = mkdtempSync(join(enginesFolder(), '.partial-'));
    try {
      const wheel = device === 'cuda' ? 'tensorflow' : 'tensorflow-cpu';
      const flags = [...PIP_FLAGS, ...(index ? ['--extra-index-url', index] : []), '--no-deps'];
      const job = { folder, reporter, signal };
      const download = ['-m', 'pip', 'download', ...flags, '--dest', folder, wheel];
      await python(download, { ...job, label: `fetching ${wheel}`, mebibytes: 265 });
      const file = readdirSync(folder).find((name) => name.endsWith('.whl'));
      if (!file) throw new FedshotError('engine', `pip brought no wheel of ${wheel}`);
      const unpack = ['-c', UNPACK, join(folder, file), folder, ...Object.values(LIBRARIES)];
      await python(unpack, { ...job, label: 'unpacking TensorFlow', mebibytes: 900 });
      await build(folder, signal);
      renameSync(join(folder, 'engine'), tensorflowFolder());
    } catch (error) {
      throw asFedshotError(error, 'io', `cannot install TensorFlow in ${enginesFolder()}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  const installed = findTensorflow().find(({ folder }) => folder.startsWith(tensorflowFolder()));
  if (installed) return installed;
  throw new FedshotError('engine', `${tensorflowFolder()} holds no tfjs-node`, {
    hint: 'delete that folder and install again',
  });
}

async function build(folder: string, signal?: AbortSignal): Promise<void> {
  const engine = join(folder, 'engine');
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--omit=optional'];
  await run(
    'npm',
    ['install', '--prefix', engine, ...quiet, TFJS_NODE, 'node-api-headers'],
    signal,
  );
  const modules = join(engine, 'node_modules');
  const home = join(modules, '@tensorflow', 'tfjs-node');
  const [lib, out] = [join(home, 'deps', 'lib'), join(home, 'lib', 'napi-v8')];
  for (const made of [lib, out]) mkdirSync(made, { recursive: true });
  for (const [name, file] of Object.entries(LIBRARIES)) {
    renameSync(join(folder, 'tensorflow', file), join(lib, file));
    symlinkSync(file, join(lib, `lib${name}.so`));
  }
  cpSync(join(folder, 'tensorflow', 'include'), join(home, 'deps', 'include'), { recursive: true });
  const includes = [
    join(modules, 'node-api-headers', 'include'),
    home,
    join(home, 'deps', 'include'),
  ];
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(home, 'binding', name));
  const link = [
    `-L${lib}`,
    '-ltensorflow',
    '-ltensorflow_framework',
    '-Wl,-rpath,$ORIGIN/../../deps/lib',
  ];
  const flags = ['-shared', '-fPIC', '-O2', '-std=c++17', '-DNAPI_VERSION=8'];
  const target = ['-o', join(out, 'tfjs_binding.node')];
  await run(
    'g++',
    [...flags, ...includes.map((path) => `-I${path}`), ...sources, ...link, ...target],
    signal,
  );
}
