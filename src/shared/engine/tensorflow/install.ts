import { existsSync, renameSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { FedshotError } from '../../errors.js';
import { makeFolder } from '../../files.js';
import { silent } from '../../reporter.js';
import { runProgram } from '../install/program.js';
import { assertSameWheel } from '../install/digests.js';
import { fetchWheel, requirePip, unpackWheel } from '../install/pip.js';
import { makeWhole } from '../install/whole.js';
import type { InstallOptions } from '../definition.js';
import { ownEnvironment, type Environment } from '../settings.js';
import { installedTensorflow, TFJS_NODE, tensorflowFolder } from './find.js';
import type { TensorflowInstallation } from './find.js';

const VERSION = '4.22.0';
const LIBRARIES = {
  tensorflow: 'libtensorflow_cc.so.2',
  tensorflow_framework: 'libtensorflow_framework.so.2',
};

/** Runs a program. @throws FedshotError `engine`, naming the program and what it said */
async function run(program: string, args: string[], options: InstallOptions): Promise<void> {
  const { env, signal } = options;
  const { code, said } = await runProgram(program, args, { env, signal });
  if (code === 0) return;
  const lines = said.split('\n').filter((line) => line.trim());
  const telling = lines.find((line) => /\berror (?!code|errno|syscall)|error:/.test(line));
  throw new FedshotError('engine', `${program}: ${telling ?? lines.at(-1) ?? 'failed'}`);
}

/** Before a long download: it would be for nothing without these. */
async function requireTools({
  env,
  signal,
}: {
  env: Environment;
  signal?: AbortSignal;
}): Promise<void> {
  await requirePip({ env, signal });
  for (const tool of ['npm', 'g++']) {
    if ((await runProgram(tool, ['--version'], { env, signal })).code === 0) continue;
    throw new FedshotError('engine', `there is no ${tool} on the PATH to build the engine with`, {
      hint: `install ${tool}; \`fedshot engine install\` needs neither npm nor a compiler`,
    });
  }
}

/**
 * Builds tfjs-node's native part against the TensorFlow that pip provides, in the user's cache
 * folder: the published binary loads neither on current Node nor with current CUDA. Needs npm, pip
 * and g++ on Linux, and on a GPU CUDA's own libraries. Whole or not at all.
 *
 * @throws FedshotError `engine` when a tool is missing or fails, `network` when a package cannot be
 * had, `io`, and the signal's reason
 */
export async function installTensorflow(
  options: InstallOptions = {},
): Promise<TensorflowInstallation> {
  const { device = 'cpu', index, sha256, reporter = silent, signal } = options;
  const { env = ownEnvironment() } = options;
  if (process.platform !== 'linux')
    throw new FedshotError('engine', 'the tensorflow engine can be built on Linux only', {
      hint: 'npm install @tensorflow/tfjs-node brings the published binary',
    });
  const target = tensorflowFolder(device, env);
  if (!existsSync(target)) {
    await requireTools({ env, signal });
    await makeWhole(target, async (folder) => {
      const requirement = device === 'cuda' ? 'tensorflow' : 'tensorflow-cpu';
      const job = { folder, env, reporter, signal };
      const wheel = await fetchWheel(requirement, index ? [index] : [], { ...job, mebibytes: 265 });
      const digest = await assertSameWheel(dirname(target), wheel, sha256);
      reporter.note(`${basename(wheel)}: SHA-256 ${digest}`, 'wheel-digest', {
        wheel: basename(wheel),
        sha256: digest,
      });
      const wanted = ['include/', ...Object.values(LIBRARIES)].map((name) => `tensorflow/${name}`);
      const unpacking = { ...job, label: 'unpacking TensorFlow', mebibytes: 1050 };
      await unpackWheel(wheel, folder, wanted, unpacking);
      await build(folder, TFJS_NODE[device], options);
    });
  }
  const installed = installedTensorflow(device, env);
  if (installed) return installed;
  throw new FedshotError('engine', `${target} holds no tfjs-node`, {
    hint: 'delete that folder and install again',
  });
}

async function build(folder: string, name: string, options: InstallOptions): Promise<void> {
  const { reporter = silent } = options;
  const engine = join(folder, 'engine');
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--omit=optional'];
  const packages = [`${name}@${VERSION}`, 'node-api-headers'];
  reporter.note(`fetching ${name} with npm`, 'engine-install', { engine: 'tensorflow' });
  await run(
    'npm',
    ['install', '--prefix', engine, ...quiet, '--fetch-retries=0', ...packages],
    options,
  );
  const modules = join(engine, 'node_modules');
  const home = join(modules, name);
  const [lib, out] = [join(home, 'deps', 'lib'), join(home, 'lib', 'napi-v8')];
  for (const made of [lib, out]) makeFolder(made);
  for (const [name, file] of Object.entries(LIBRARIES)) {
    renameSync(join(folder, 'tensorflow', file), join(lib, file));
    symlinkSync(file, join(lib, `lib${name}.so`));
  }
  const includes = [
    join(modules, 'node-api-headers', 'include'),
    home,
    join(folder, 'tensorflow', 'include'),
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
  reporter.note('compiling its native part with g++, about a minute', 'engine-install', {
    engine: 'tensorflow',
  });
  await run(
    'g++',
    [...flags, ...includes.map((path) => `-I${path}`), ...sources, ...link, ...target],
    options,
  );
}
