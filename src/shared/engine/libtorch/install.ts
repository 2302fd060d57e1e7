import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { asFedshotError, FedshotError } from '../../errors.js';
import { silent } from '../../reporter.js';
import type { Reporter } from '../../reporter.js';
import { enginesFolder } from '../cache.js';
import { PIP_FLAGS, python, requirePip } from '../pip.js';
import { findLibtorch } from './find.js';
import type { LibtorchInstallation } from './find.js';

/** The PyTorch whose operators are tested here. */
export const TORCH_VERSION = '2.13.0';

/** Where PyTorch publishes its CPU builds for Linux, which the default index does not carry. */
const CPU_INDEX = 'https://download.pytorch.org/whl/cpu';

export interface InstallOptions {
  /** `cpu` (the default) or `cuda`. */
  device?: 'cpu' | 'cuda';
  /** A further package index, beside those that pip is configured with. */
  index?: string;
  reporter?: Reporter;
  signal?: AbortSignal;
}

/** Unpacks what the engine needs from a wheel: the libraries and the file that names the version. */
const UNPACK = `
import sys, zipfile
wheel, target = sys.argv[1:]
with zipfile.ZipFile(wheel) as z:
    for name in z.namelist():
        if name.startswith('torch/lib/') or name == 'torch/version.py':
            z.extract(name, target)
`;

/**
 * Fetches LibTorch with pip into the user's cache folder: the wheel's `torch/lib` for the CPU, the
 * whole package with NVIDIA's libraries beside it for CUDA. Whole or not at all; pip checks the hash.
 *
 * @throws FedshotError `engine` without pip, `network` when the wheel cannot be had, `io` on a full disk
 */
export async function installLibtorch(options: InstallOptions = {}): Promise<LibtorchInstallation> {
  const { device = 'cpu', index, reporter = silent, signal } = options;
  // PyTorch marks its CPU builds for Linux; elsewhere there is no other build.
  const version =
    device === 'cpu' && process.platform === 'linux' ? `${TORCH_VERSION}+cpu` : TORCH_VERSION;
  const target = join(enginesFolder(), `libtorch-${device}-${version}`);
  if (!existsSync(target)) {
    requirePip();
    mkdirSync(enginesFolder(), { recursive: true });
    const folder = mkdtempSync(join(enginesFolder(), '.partial-'));
    try {
      await fetchInto(folder, `torch==${version}`, { ...options, device, index, reporter, signal });
      moveInPlace(join(folder, 'engine'), target);
    } catch (error) {
      throw asFedshotError(error, 'io', `cannot install LibTorch in ${enginesFolder()}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  const installed = findLibtorch().find((found) => found.folder.startsWith(target));
  if (installed) return installed;
  throw new FedshotError('engine', `${target} holds no LibTorch`, {
    hint: 'delete that folder and install again',
  });
}

async function fetchInto(
  folder: string,
  requirement: string,
  options: Required<Pick<InstallOptions, 'device' | 'reporter'>> & InstallOptions,
): Promise<void> {
  const { device, index, reporter, signal } = options;
  const indices = [index, requirement.endsWith('+cpu') ? CPU_INDEX : undefined];
  const flags = [
    ...PIP_FLAGS,
    ...indices.flatMap((url) => (url ? ['--extra-index-url', url] : [])),
  ];
  const common = { folder, reporter, signal };
  if (device === 'cuda') {
    const target = ['--target', join(folder, 'engine')];
    const job = { ...common, label: `fetching ${requirement} for CUDA`, mebibytes: 5000 };
    return python(['-m', 'pip', 'install', ...flags, ...target, requirement], job);
  }
  const job = { ...common, label: `fetching ${requirement}`, mebibytes: 190 };
  await python(
    ['-m', 'pip', 'download', ...flags, '--no-deps', '--dest', folder, requirement],
    job,
  );
  const wheel = readdirSync(folder).find((name) => name.endsWith('.whl'));
  if (!wheel) throw new FedshotError('engine', `pip brought no wheel of ${requirement}`);
  const unpack = { ...common, label: 'unpacking LibTorch', mebibytes: 440 };
  await python(['-c', UNPACK, join(folder, wheel), join(folder, 'engine')], unpack);
}

/** Renames, unless somebody else has just installed the same. */
function moveInPlace(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
  }
}
