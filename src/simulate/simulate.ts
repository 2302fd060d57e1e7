import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { FedshotError } from '../shared/errors.js';
import { writeFileAtomic } from '../shared/files.js';
import { prepareFolder } from './folder.js';
import { plan, shareCores } from './plan.js';
import { pool } from './pool.js';
import { prepareProvider, serve } from './provider.js';
import { runSite, type SiteRun } from './site.js';
import type { SimulateOptions, Simulated, SiteResult } from './types.js';

/**
 * A provider and sites on this machine, each a process of its own with a folder of its own, speaking
 * gRPC over TLS on loopback: the commands that a person would type, and nothing between them but
 * the network.
 *
 * @throws FedshotError `usage` for an unknown domain or a folder that is in use; what a process ended
 *   with, under the process's name
 */
export async function simulate(options: SimulateOptions): Promise<Simulated> {
  const { clock = () => performance.now(), out, reporter, program } = options;
  const started = clock();
  const sites = plan(options);
  const { sites: count, domains, source, seed } = options;
  prepareFolder(out, { sites: count, domains, source, seed });

  // The keys of a simulation are worth nothing, but nobody should find them unencrypted.
  const env = { FEDSHOT_PASSPHRASE: randomBytes(24).toString('base64url') };
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const context = { env, reporter, signal, program };

  const provider = await prepareProvider(options, context);
  const { address, server } = await serve(options, context);
  server.ended.catch((error: unknown) => failed.abort(error));
  const { atOnce, threads } = shareCores(options.cores, sites.length);
  try {
    const done = await pool(
      sites,
      atOnce,
      (site) => runSite(site, address, options, { reporter, signal, program, threads }),
      () => failed.abort(new FedshotError('interrupted', 'another site failed')),
    );
    const seconds = (clock() - started) / 1000;
    const result = { provider, sites: done.map(siteResult), seconds, out };
    writeFileAtomic(join(out, 'result.json'), `${JSON.stringify(result, null, 2)}\n`);
    return {
      result,
      runs: done.map(({ site, ...rest }) => ({ name: site.name, data: site.data, ...rest })),
    };
  } finally {
    server.stop();
    await server.ended.catch(() => undefined);
  }
}

function siteResult({ site, bytesReceived, run }: SiteRun): SiteResult {
  return {
    name: site.name,
    domain: site.domain,
    sourceOnlyAccuracy: run.sourceOnlyAccuracy!,
    adaptedAccuracy: run.adaptedAccuracy!,
    pseudoLabelAgreement: run.pseudoLabelAgreement!,
    classifierUnchanged: run.classifierUnchanged,
    bytesReceived,
    seconds: run.seconds,
  };
}
