import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { engineFolders, ENGINES_SETTING } from '../shared/engine/cache.js';
import type { EngineOptions } from '../shared/engine/types.js';
import type { IsolateOptions } from '../shared/isolate/types.js';

type Environment = Readonly<Record<string, string | undefined>>;
type EnginePaths = Pick<IsolateOptions, 'env' | 'restart'> & { read?: string[] };

/**
 * Where engines lie, looked for outside: inside there may be no python3 to ask; and how a process
 * that computes with LibTorch has to be started.
 */
export async function engineNeeds(
  { engine = 'auto' }: EngineOptions,
  env: Environment,
): Promise<EnginePaths> {
  const fetched = engineFolders().filter((folder) => existsSync(folder));
  const told = env[ENGINES_SETTING];
  const setting = told === undefined ? undefined : { [ENGINES_SETTING]: told };
  if (engine !== 'auto' && engine !== 'libtorch') return { read: fetched, env: setting };
  const { allocatorEnvironment } = await import('../shared/engine/libtorch/allocator.js');
  const { FOUND_TORCH, findLibtorch } = await import('../shared/engine/libtorch/find.js');
  const found = findLibtorch();
  if (found.length === 0) return { read: fetched, env: setting };
  const asked = found.find(({ source }) => source === 'python3');
  const allocator = allocatorEnvironment(env);
  return {
    read: [...fetched, ...found.map(({ folder }) => dirname(folder))],
    env: { ...setting, ...allocator, ...(asked && { [FOUND_TORCH]: dirname(asked.folder) }) },
    restart: allocator !== undefined,
  };
}
