import { spawnSync } from 'node:child_process';
import { allocatorEnvironment } from '../../src/shared/engine/libtorch/allocator.js';

/** First thing in a script that computes: starts it as `fedshot` starts such a command. */
export function startForComputing(): void {
  const env = allocatorEnvironment(process.env);
  if (!env) return;
  const words = [...process.execArgv, ...process.argv.slice(1)];
  const { status } = spawnSync(process.execPath, words, {
    env: { ...process.env, ...env },
    stdio: 'inherit',
  });
  process.exit(status ?? 1);
}
