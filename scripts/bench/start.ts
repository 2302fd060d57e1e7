import { allocatorEnvironment } from '../../src/shared/engine/libtorch/allocator.js';
import { restart } from '../../src/shared/isolate/index.js';

/** First thing in a script that computes: starts it as `fedshot` starts such a command. */
export async function startForComputing(): Promise<void> {
  const env = allocatorEnvironment(process.env);
  if (env) await restart({ env, signal: new AbortController().signal });
}
