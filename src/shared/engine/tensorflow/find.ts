import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { enginesFolder } from '../cache.js';
import { ownEnvironment, type Environment } from '../settings.js';
import type { Device } from '../types.js';

/** A `@tensorflow/tfjs-node` or `-gpu` on this machine, with its native part in place. */
export interface TensorflowInstallation {
  /** The package's folder. */
  folder: string;
  /** Version of the package. */
  version: string;
  gpu: boolean;
  source: 'npm' | 'fedshot engine install tensorflow';
}

function inspect(
  folder: string,
  source: TensorflowInstallation['source'],
): TensorflowInstallation | undefined {
  const manifest = join(folder, 'package.json');
  if (!existsSync(manifest)) return undefined;
  // A plain `npm ci` does not run install scripts: the package may lack its binary.
  const lib = join(folder, 'lib');
  const built =
    existsSync(lib) &&
    readdirSync(lib).some((napi) => existsSync(join(lib, napi, 'tfjs_binding.node')));
  if (!built) return undefined;
  const { name, version } = JSON.parse(readFileSync(manifest, 'utf8')) as Record<string, string>;
  return { folder, version: version!, gpu: name!.endsWith('-gpu'), source };
}

/** The packages' names, by what they compute on. */
export const TFJS_NODE = {
  cuda: '@tensorflow/tfjs-node-gpu',
  cpu: '@tensorflow/tfjs-node',
} as const;

function packageFolder(name: string): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}

/** Where `engine install tensorflow` keeps its copy. */
export const tensorflowFolder = (device: Device, env?: Environment): string =>
  join(enginesFolder(env), `tensorflow-${device}`);

export const installedTensorflow = (
  device: Device,
  env?: Environment,
): TensorflowInstallation | undefined =>
  inspect(
    join(tensorflowFolder(device, env), 'node_modules', TFJS_NODE[device]),
    'fedshot engine install tensorflow',
  );

/** Every usable tfjs-node here, with a GPU first. */
export function findTensorflow(env: Environment = ownEnvironment()): TensorflowInstallation[] {
  const folders = Object.values(TFJS_NODE).map(packageFolder);
  return [
    ...folders.map((folder) => folder && inspect(folder, 'npm')),
    ...(['cuda', 'cpu'] as const).map((device) => installedTensorflow(device, env)),
  ].filter((found) => typeof found === 'object');
}

/** Folders of a tfjs-node that npm brought without its binary. */
export const unbuiltTensorflow = (): string[] =>
  Object.values(TFJS_NODE)
    .map(packageFolder)
    .filter((folder) => folder !== undefined)
    .filter((folder) => !inspect(folder, 'npm'));
