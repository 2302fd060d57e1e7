import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { FedshotError } from '../../errors.js';
import { silent } from '../../reporter.js';
import { enginesFolder } from '../cache.js';
import type { InstallOptions } from '../definition.js';
import { assertSameWheel } from '../install/digests.js';
import { fetchWheel, installPackage, requirePip, unpackWheel } from '../install/pip.js';
import { makeWhole } from '../install/whole.js';
import { ownEnvironment } from '../settings.js';
import { inspectTorch } from './find.js';
import type { LibtorchInstallation } from './find.js';

/** The PyTorch whose operators are tested here. */
export const TORCH_VERSION = '2.13.0';

/** Where PyTorch publishes its CPU builds for Linux, which the default index does not carry. */
const CPU_INDEX = 'https://download.pytorch.org/whl/cpu';

/**
 * Fetches LibTorch with pip into the user's cache folder: the wheel's `torch/lib` for the CPU, the
 * whole package with NVIDIA's libraries beside it for CUDA. Whole or not at all. The CPU's wheel has to
 * be the one that was tested, or that was fetched before under its name (`assertSameWheel`).
 *
 * @throws FedshotError `engine` without pip, `network` when the wheel cannot be had, `digest` for
 * another one, `io` on a full disk, and the signal's reason
 */
export async function installLibtorch(options: InstallOptions = {}): Promise<LibtorchInstallation> {
  const { device = 'cpu', env = ownEnvironment(), signal } = options;
  // PyTorch marks its CPU builds for Linux; elsewhere there is no other build.
  const version =
    device === 'cpu' && process.platform === 'linux' ? `${TORCH_VERSION}+cpu` : TORCH_VERSION;
  const target = join(enginesFolder(env), `libtorch-${device}-${version}`);
  if (!existsSync(target)) {
    await requirePip({ env, signal });
    await makeWhole(target, async (folder) => {
      await fetchInto(folder, `torch==${version}`, { ...options, device, env });
      const built = inspectTorch(join(folder, 'engine', 'torch'), 'fedshot engine install');
      // A requirement without a build's mark is met by any build.
      if (device === 'cuda' && built && !built.cuda)
        throw new FedshotError('engine', `pip brought PyTorch ${built.version}, without CUDA`, {
          hint: 'name an index of CUDA builds with --index',
        });
    });
  }
  const installed = inspectTorch(join(target, 'torch'), 'fedshot engine install');
  if (installed) return installed;
  throw new FedshotError('engine', `${target} holds no LibTorch`, {
    hint: 'delete that folder and install again',
  });
}

async function fetchInto(
  folder: string,
  requirement: string,
  options: InstallOptions & Required<Pick<InstallOptions, 'env'>>,
): Promise<void> {
  const { device, env, index, sha256, reporter = silent, signal } = options;
  const indices = [index, requirement.endsWith('+cpu') ? CPU_INDEX : undefined];
  const urls = indices.filter((url) => url !== undefined);
  const job = { folder, env, reporter, signal };
  const engine = join(folder, 'engine');
  if (device === 'cuda') {
    const label = `fetching ${requirement} for CUDA`;
    return installPackage(requirement, engine, urls, { ...job, label, mebibytes: 5000 });
  }
  const wheel = await fetchWheel(requirement, urls, { ...job, mebibytes: 190 });
  const digest = await assertSameWheel(enginesFolder(env), wheel, sha256);
  reporter.note(`${basename(wheel)}: SHA-256 ${digest}`, 'wheel-digest', {
    wheel: basename(wheel),
    sha256: digest,
  });
  const unpacking = { ...job, label: 'unpacking LibTorch', mebibytes: 440 };
  await unpackWheel(wheel, engine, ['torch/lib/', 'torch/version.py'], unpacking);
}
