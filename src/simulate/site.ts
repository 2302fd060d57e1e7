import { delimiter } from 'node:path';
import type { RunReport } from '../shared/report/html/model.js';
import type { PlannedSite } from './plan.js';
import { FedshotError, type ErrorCode } from '../shared/errors.js';
import { runToEnd, start, type ProcessOptions } from './process.js';
import { providerFiles, RELEASE } from './provider.js';
import type { SimulateOptions } from './types.js';

/** How `adapt` ends when the model in use stays: a result like any other. */
const VERDICTS: ReadonlySet<ErrorCode> = new Set(['refused', 'rolled-back', 'undecided']);

export interface SiteRun {
  site: PlannedSite;
  bytesReceived: number;
  run: RunReport;
  /** What it hands over where there is an audit. */
  handed?: HandedOver;
}

/** A folder of evidence, and the id of the key that signed it. */
export interface HandedOver {
  folder: string;
  key: string;
}

/**
 * `client init`, `pull`, `adapt`, and `evidence` where there is an audit: what one site does, in
 * processes and a folder of its own.
 */
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
  const command = (args: string[]): ProcessOptions => ({
    ...rest,
    env: { ...rest.env, OMP_NUM_THREADS: String(threads), FEDSHOT_FOREIGN: foreign },
    name: `${site.name} (${site.domain})`,
    args: ['client', ...args, '--home', site.home],
  });
  const fedshot = (args: string[]): Promise<unknown> => runToEnd(command(args));

  await fedshot(['init', '--trust', trust]);
  const pulled = (await fedshot(['pull', '--from', address, '--name', RELEASE])) as {
    bytesReceived: number;
  };
  const adapting = start(
    command([
      ...['adapt', '--name', RELEASE, '--data', site.data, '--test', site.test, '--samples'],
      ...['--epochs', String(options.adaptEpochs), '--seed', String(options.seed)],
      ...['--threads', String(threads), '--engine', options.engine ?? 'auto'],
    ]),
  );
  await adapting.ended.catch((error: unknown) => {
    if (!(error instanceof FedshotError && VERDICTS.has(error.code))) throw error;
  });
  const adapted = (await adapting.answer) as RunReport;
  const done = { site, bytesReceived: pulled.bytesReceived, run: adapted };
  if (!options.audit) return done;
  const folder = `${site.home}-evidence`;
  const { key } = (await fedshot(['evidence', folder])) as { key: { keyid: string } };
  return { ...done, handed: { folder, key: key.keyid } };
}
