import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { enginesFolder } from '../cache.js';

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

function fromNpm(name: string): TensorflowInstallation | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
    return inspect(dirname(manifest), 'npm');
  } catch {
    return undefined;
  }
}

/** Where `engine install tensorflow` keeps its copy. */
export const tensorflowFolder = (): string => join(enginesFolder(), 'tensorflow');

/** Every usable tfjs-node here, with a GPU first. */
export function findTensorflow(): TensorflowInstallation[] {
  const names = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'];
  const cached = join(tensorflowFolder(), 'node_modules', names[1]!);
  return [...names.map(fromNpm), inspect(cached, 'fedshot engine install tensorflow')].filter(
    (found) => found !== undefined,
  );
}
