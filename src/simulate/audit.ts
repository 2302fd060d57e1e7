import { join } from 'node:path';
import type { AuditResult } from '../audit/index.js';
import { FedshotError } from '../shared/errors.js';
import { start, type ProcessOptions, type RunningCommand } from './process.js';
import { providerFiles } from './provider.js';
import type { HandedOver } from './site.js';

type Context = Pick<ProcessOptions, 'reporter' | 'signal' | 'program'>;

/** The page of a simulation's audit. */
const auditPage = (out: string): string => join(out, 'audit.html');

const recordFile = (out: string): string => join(out, 'record.jsonl');

/** Starts `audit record` between the provider and its sites, as a process that neither of them controls. */
export async function recordTraffic(
  out: string,
  provider: string,
  context: Context,
): Promise<{ address: string; key: string; recorder: RunningCommand }> {
  const args = ['audit', 'record', '--listen', '127.0.0.1:0', '--to', provider];
  const recorder = start({
    ...context,
    name: 'recorder',
    args: [...args, '--out', recordFile(out)],
  });
  const { address, key } = (await recorder.answer) as { address: string; key: string };
  return { address, key, recorder };
}

/**
 * `audit` over all that the simulation left behind, the provider's own data included: all of it is on
 * this machine. A verdict of FAIL or INCOMPLETE is a result like any other.
 *
 * @param handed what the sites have handed over, with the key ids that they give themselves
 * @param data what the provider trained on, in the notation of docs/data.md
 * @param recorderKey the key id that the recorder gives itself
 */
export async function auditSimulation(
  out: string,
  handed: readonly HandedOver[],
  data: string,
  recorderKey: string | undefined,
  context: Context,
): Promise<AuditResult> {
  const { store, trust, log } = providerFiles(out);
  const args = ['audit', 'all', '--store', store, '--trust', trust, '--log', log];
  const sites = handed.flatMap(({ folder, key }) => ['--site', folder, '--site-key', key]);
  const auditing = start({
    ...context,
    name: 'auditor',
    args: [
      ...args,
      '--record',
      recordFile(out),
      ...(recorderKey === undefined ? [] : ['--recorder-key', recorderKey]),
      '--auditor',
      'fedshot simulate',
      '--data',
      data,
      ...sites,
      '--html',
      auditPage(out),
    ],
  });
  await auditing.ended.catch((error: unknown) => {
    if (!(error instanceof FedshotError) || context.signal.aborted) throw error;
  });
  return (await auditing.answer) as AuditResult;
}
