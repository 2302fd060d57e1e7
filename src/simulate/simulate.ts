import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { asFedshotError } from '../shared/errors.js';
import { writeFileAtomic } from '../shared/files.js';
import { prepareFolder } from './folder.js';
import { auditSimulation, recordTraffic } from './audit.js';
import { plan, shareCores, type PlannedSite } from './plan.js';
import { pool, type Settled } from './pool.js';
import type { ProcessOptions, RunningCommand } from './process.js';
import { prepareProvider, startProvider } from './provider.js';
import { runSite, type SiteRun } from './site.js';
import type {
  SimulateOptions,
  SimulateResult,
  Simulated,
  SiteFailure,
  SiteResult,
} from './types.js';

/**
 * A provider and sites on this machine, each a process of its own with a folder of its own, speaking
 * gRPC over TLS on loopback: the commands that a person would type, and nothing between them but
 * the network.
 *
 * A site that fails, or is killed, is named in the result with its cause, and the others go on.
 *
 * @throws FedshotError `usage` for an unknown domain or a folder that is in use; what a process of the
 *   provider ended with before it served
 */
export async function simulate(options: SimulateOptions): Promise<Simulated> {
  const { clock = () => performance.now(), out, reporter, program } = options;
  const started = clock();
  const sites = plan(options);
  const { sites: count, domains, source, seed } = options;
  prepareFolder(out, { sites: count, domains, source, seed });

  // The keys of a simulation protect nothing, but are encrypted all the same.
  const env = { FEDSHOT_PASSPHRASE: randomBytes(24).toString('base64url') };
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const context = { env, reporter, signal, program };

  const provider = await prepareProvider(options, context);
  const { settled, recorderKey } = await runSites(sites, options, context, failed);
  options.signal.throwIfAborted();
  const done = settled.flatMap((one) => ('value' in one ? [one.value] : []));
  const lost = settled.flatMap((one, i) =>
    'error' in one ? [siteFailure(sites[i] as PlannedSite, one.error)] : [],
  );
  const audited = options.audit
    ? await auditSimulation(
        out,
        done.flatMap(({ handed }) => (handed ? [handed] : [])),
        provider.data,
        recorderKey,
        { ...context, signal: options.signal },
      )
    : undefined;
  const result: SimulateResult = {
    provider,
    sites: done.map(siteResult),
    ...(lost.length > 0 && { failed: lost }),
    ...(audited && { audit: audited }),
    seconds: (clock() - started) / 1000,
    out,
  };
  writeFileAtomic(join(out, 'result.json'), `${JSON.stringify(result, null, 2)}\n`);
  return {
    result,
    runs: done.map(({ site, bytesReceived, run }) => ({
      name: site.name,
      data: site.data,
      bytesReceived,
      run,
    })),
  };
}

function siteFailure({ name, domain }: PlannedSite, error: unknown): SiteFailure {
  const { code, message, hint } = asFedshotError(error, 'internal');
  return { name, domain, error: { code, message, hint } };
}

/**
 * Serves, and lets every site do its part, as many at once as there are cores. When the server ends,
 * the sites that have not are stopped.
 */
async function runSites(
  sites: readonly PlannedSite[],
  options: SimulateOptions,
  context: Pick<ProcessOptions, 'env' | 'reporter' | 'signal' | 'program'>,
  failed: AbortController,
): Promise<{ settled: Settled<SiteRun>[]; recorderKey: string | undefined }> {
  const { env: _provider, ...unprivileged } = context;
  const servers: RunningCommand[] = [];
  const guard = (server: RunningCommand): void => {
    servers.push(server);
    server.ended.catch((error: unknown) => failed.abort(error));
  };
  try {
    const { address, server } = await startProvider(options, context);
    guard(server);
    let from = address;
    let recorderKey: string | undefined;
    if (options.audit) {
      const recording = await recordTraffic(options.out, address, unprivileged);
      guard(recording.recorder);
      from = recording.address;
      recorderKey = recording.key;
    }
    const { atOnce, threads } = shareCores(options.cores, sites.length);
    const settled = await pool(
      sites,
      atOnce,
      (site) => runSite(site, from, options, { ...unprivileged, threads }),
      context.signal,
    );
    return { settled, recorderKey };
  } finally {
    for (const server of servers) server.stop();
    await Promise.allSettled(servers.map((server) => server.ended));
  }
}

function siteResult({ site, bytesReceived, run }: SiteRun): SiteResult {
  return {
    name: site.name,
    domain: site.domain,
    sourceOnlyAccuracy: run.sourceOnlyAccuracy!,
    adaptedAccuracy: run.adaptedAccuracy!,
    pseudoLabelAgreement: run.pseudoLabelAgreement,
    classifierUnchanged: run.classifierUnchanged,
    verdict: run.battery?.outcome,
    bytesReceived,
    seconds: run.seconds,
  };
}
