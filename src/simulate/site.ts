import { delimiter } from 'node:path';
import type { RunReport } from '../shared/report/html/model.js';
import type { PlannedSite } from './plan.js';
import { run, type ProcessOptions } from './process.js';
import { providerFiles, RELEASE } from './provider.js';
import type { SimulateOptions } from './types.js';

export interface SiteRun {
  site: PlannedSite;
  bytesReceived: number;
  run: RunReport;
}

/** `client init`, `pull`, `adapt`: what one site does, in processes and a folder of its own. */
export async function runSite(
  site: PlannedSite,
  address: string,
  options: SimulateOptions,
  context: Pick<ProcessOptions, 'env' | 'reporter' | 'signal' | 'program'> & { threads: number },
): Promise<SiteRun> {
  const { threads, ...rest } = context;
  // What this site tries to read, and must not be able to where files can be confined.
  const { model, keys, trust } = providerFiles(options.out);
  const foreign = [model, keys].join(delimiter);
  const fedshot = (args: string[]): Promise<unknown> =>
    run({
      ...rest,
      env: { ...rest.env, OMP_NUM_THREADS: String(threads), FEDSHOT_FOREIGN: foreign },
      name: `${site.name} (${site.domain})`,
      args: ['client', ...args, '--home', site.home],
    });

  await fedshot(['init', '--trust', trust]);
  const pulled = (await fedshot(['pull', '--from', address, '--name', RELEASE])) as {
    bytesReceived: number;
  };
  const adapted = (await fedshot([
    ...['adapt', '--name', RELEASE, '--data', site.data, '--test', site.test, '--samples'],
    ...['--epochs', String(options.adaptEpochs), '--seed', String(options.seed)],
    ...['--threads', String(threads), '--engine', options.engine ?? 'auto'],
  ])) as RunReport;
  return { site, bytesReceived: pulled.bytesReceived, run: adapted };
}
