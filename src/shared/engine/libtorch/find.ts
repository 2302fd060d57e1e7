import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FedshotError } from '../../errors.js';
import { engineFolders } from '../cache.js';
import { ownEnvironment, SETTINGS, type Environment } from '../settings.js';
import { libraryFile } from './library-file.js';

/** A LibTorch on this machine. */
export interface LibtorchInstallation {
  /** The folder that holds `libtorch_cpu`. */
  folder: string;
  /** PyTorch's version, e.g. `2.13.0+cpu`. */
  version: string;
  /** The CUDA version that it was built for, if any. */
  cuda: string | undefined;
  source: 'FEDSHOT_LIBTORCH' | 'fedshot engine install' | 'python3';
}

const OLDEST = [2, 10];

/** Reads what PyTorch's generated `version.py` says; `undefined` where no LibTorch is. */
export function inspectTorch(
  torchFolder: string,
  source: LibtorchInstallation['source'],
): LibtorchInstallation | undefined {
  const folder = join(torchFolder, 'lib');
  if (!existsSync(join(folder, libraryFile('torch_cpu')))) return undefined;
  const file = join(torchFolder, 'version.py');
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const version = /^__version__\s*=\s*'([^']+)'/m.exec(text)?.[1] ?? 'unknown';
  const hasCuda = existsSync(join(folder, libraryFile('torch_cuda')));
  const cuda = hasCuda ? (/^cuda[^=]*=\s*'([^']+)'/m.exec(text)?.[1] ?? 'unknown') : undefined;
  return { folder, version, cuda, source };
}

/** Whether the C ABI of this PyTorch has what we call (2.10 or newer). */
export function isUsable({ version }: LibtorchInstallation): boolean {
  const [major, minor] = version.split('.').map(Number);
  return (
    major === undefined ||
    Number.isNaN(major) ||
    !minor ||
    major > OLDEST[0]! ||
    (major === OLDEST[0]! && minor >= OLDEST[1]!)
  );
}

/** What is said of one that is not usable. */
export const tooOld = ({ version }: LibtorchInstallation): string =>
  `${version}, and ${OLDEST.join('.')} or newer is needed`;

function fromSetting(env: Environment): LibtorchInstallation | undefined {
  const path = env[SETTINGS.libtorch];
  if (!path) return undefined;
  const found =
    inspectTorch(path, 'FEDSHOT_LIBTORCH') ?? inspectTorch(join(path, '..'), 'FEDSHOT_LIBTORCH');
  if (found && !isUsable(found))
    throw new FedshotError(
      'engine',
      `FEDSHOT_LIBTORCH: the PyTorch in ${path} is ${tooOld(found)}`,
      {
        hint: 'name a newer one, or unset it: `fedshot engine install` fetches one',
      },
    );
  if (found) return found;
  throw new FedshotError('engine', `FEDSHOT_LIBTORCH: no LibTorch in ${path}`, {
    hint: `name the torch folder of a PyTorch installation, the one with lib/${libraryFile('torch_cpu')}`,
  });
}

function fromCache(env: Environment): LibtorchInstallation[] {
  return engineFolders(env)
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name.startsWith('libtorch-'))
        .sort()
        .reverse()
        .map((name) => inspectTorch(join(folder, name, 'torch'), 'fedshot engine install')),
    )
    .filter((found) => found !== undefined);
}

function fromPython(env: Environment): LibtorchInstallation | undefined {
  const known = env[SETTINGS.foundTorch];
  if (known) return inspectTorch(known, 'python3');
  // find_spec does not import torch, which would take seconds.
  const script =
    "import importlib.util as u; s = u.find_spec('torch'); print(s.submodule_search_locations[0] if s else '')";
  try {
    const folder = execFileSync('python3', ['-c', script], {
      env: { ...env },
      encoding: 'utf8',
      timeout: 5000,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    return folder ? inspectTorch(folder, 'python3') : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Every LibTorch here in the order in which one is chosen: the copies kept by `fedshot engine
 * install`, then the `torch` package of the `python3` on the PATH. `FEDSHOT_LIBTORCH` names one that
 * is taken instead of all of them.
 *
 * @throws FedshotError `engine` when `FEDSHOT_LIBTORCH` names a place without a usable one
 */
export function findLibtorch(env: Environment = ownEnvironment()): LibtorchInstallation[] {
  const named = fromSetting(env);
  if (named) return [named];
  return [...fromCache(env), fromPython(env)].filter((found) => found !== undefined);
}
