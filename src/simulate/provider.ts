import { join } from 'node:path';
import { runToEnd, start, type ProcessOptions, type RunningCommand } from './process.js';
import type { ProviderResult, SimulateOptions } from './types.js';

/** The name under which the simulation's release is published. */
export const RELEASE = 'digits';

type Context = Pick<ProcessOptions, 'env' | 'reporter' | 'signal' | 'program'>;

/** What a provider leaves behind: `model` and `keys` are private, all else is public. */
export function providerFiles(
  out: string,
): Record<'model' | 'keys' | 'store' | 'log' | 'trust', string> {
  const store = join(out, 'provider', 'store');
  return {
    model: join(out, 'provider', 'model'),
    keys: `${store}-keys`,
    store,
    log: `${store}-log`,
    trust: join(store, 'trust.json'),
  };
}

/** `provider init`, `train`, `publish`: each a process that ends before the next begins. */
export async function prepareProvider(
  options: SimulateOptions,
  context: Context,
): Promise<ProviderResult> {
  const { model, store } = providerFiles(options.out);
  const fedshot = (args: string[]): Promise<unknown> =>
    runToEnd({ ...context, name: 'provider', args: ['provider', ...args] });
  const data = `digits:${options.source}?n=${options.sourceSamples}&seed=${options.seed}`;

  await fedshot(['init', '--store', store]);
  const trained = (await fedshot([
    ...['train', '--data', data, '--out', model, '--arch', options.arch],
    ...['--epochs', String(options.epochs), '--seed', String(options.seed)],
    ...['--threads', String(options.cores), '--engine', options.engine ?? 'auto'],
  ])) as { heldOutAccuracy: number; seconds: number };
  const { name, version, digest } = (await fedshot([
    ...['publish', '--model', model, '--name', RELEASE, '--store', store],
  ])) as ProviderResult['release'];
  const { heldOutAccuracy, seconds } = trained;
  return { data, heldOutAccuracy, seconds, release: { name, version, digest } };
}

/** `provider serve` on a free port of this machine. */
export async function startProvider(
  options: SimulateOptions,
  context: Context,
): Promise<{ address: string; server: RunningCommand }> {
  const { store } = providerFiles(options.out);
  const args = ['provider', 'serve', '--store', store, '--port', '0'];
  const server = start({ ...context, name: 'provider', args });
  const { address } = (await server.answer) as { address: string };
  return { address, server };
}
