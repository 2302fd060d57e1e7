import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Option, type Command } from 'commander';
import type { AuditResult } from '../audit/index.js';
import { FedshotError } from '../shared/errors.js';
import { ENGINE_NAMES, type EngineName } from '../shared/engine/types.js';
import { ARCHITECTURE_NAMES } from '../shared/model/architecture.js';
import { bytes, duration, percent, points, table } from '../shared/report/terminal/index.js';
import type { SimulateResult } from '../simulate/types.js';
import { action, command } from './command.js';
import type { Io } from './io.js';
import { list, outputFile, path, positiveInteger, seed } from './options.js';

interface Options {
  sites: number;
  domains?: string[];
  source: string;
  arch: string;
  sourceSamples: number;
  samples: number;
  testSamples: number;
  epochs: number;
  adaptEpochs: number;
  seed: number;
  engine: EngineName | 'auto';
  out?: string;
  report?: string;
  audit?: boolean;
}

export function register(parent: Command, io: Io): void {
  command(parent, 'simulate', 'a provider and sites as separate processes on this machine', [
    'fedshot simulate --sites 3 --report report.html',
    'fedshot simulate --domains thin,slanted --sites 2 --seed 7 --out work/two --json',
  ])
    .option('--sites <n>', 'number of sites', positiveInteger, 3)
    .option('--domains <list>', "the sites' domains, in turn: thin,slanted,noisy,…", list)
    .option('--source <domain>', "domain of the provider's digits", 'plain')
    .addOption(new Option('--arch <name>', 'network').choices(ARCHITECTURE_NAMES).default('lenet'))
    .option('--source-samples <n>', 'labelled samples at the provider', positiveInteger, 2000)
    .option('--samples <n>', 'unlabelled samples at each site', positiveInteger, 1000)
    .option('--test-samples <n>', 'labelled samples to score each site on', positiveInteger, 1000)
    .option('--epochs <n>', "passes over the provider's data", positiveInteger, 5)
    .option('--adapt-epochs <n>', "passes over a site's data", positiveInteger, 8)
    .option('--seed <n>', 'same seed, engine and machine: same figures', seed, 2020)
    .addOption(
      new Option('--engine <name>', 'tensor engine; auto takes the fastest that loads')
        .choices(['auto', ...ENGINE_NAMES])
        .env('FEDSHOT_ENGINE')
        .default('auto'),
    )
    .option(
      '--out <dir>',
      'folder for simulations; each gets one of its own in it (default: work/simulate)',
      path,
    )
    .option('--report <file>', 'write a page with every site', outputFile)
    .option('--audit', 'record what passes between provider and sites, and audit it all')
    .action(
      action(io, async ({ report, out = path('work/simulate'), ...options }: Options) => {
        const { makeRunFolder, removeIfEmpty, simulate } = await import('../simulate/index.js');
        const folder = makeRunFolder(out, io.now());
        const { result, runs } = await simulate({
          ...options,
          out: folder,
          cores: availableParallelism(),
          reporter: io.reporter,
          signal: io.signal,
        }).catch((error: unknown) => {
          removeIfEmpty(folder); // what was refused before it began leaves nothing
          throw error;
        });
        const lost = result.failed ?? [];
        if (report) {
          const { writeReport } = await import('./report-file.js');
          const of = lost.length > 0 ? `${runs.length} of ${options.sites}` : String(runs.length);
          const title = `One provider, ${of} site${of === '1' ? '' : 's'}`;
          writeReport(report, io.now(), runs, title);
        }
        io.result(result, () => summary(result, report));
        if (result.audit && result.audit.verdict !== 'PASS')
          throw new FedshotError(
            result.audit.verdict === 'FAIL' ? 'audit' : 'incomplete',
            `the audit's verdict is ${result.audit.verdict}`,
            { hint: result.audit.missing[0] ?? 'the audit page names each place' },
          );
        if (lost.length > 0) {
          const names = lost.map(({ name }) => name).join(', ');
          const message = `${lost.length} of ${options.sites} sites did not finish: ${names}`;
          throw new FedshotError('incomplete', message, { hint: lost[0]?.error.message });
        }
      }),
    );
}

function summary(
  { provider, sites, failed = [], audit, seconds, out }: SimulateResult,
  report?: string,
): string {
  const rows = table(
    [
      { heading: 'site', value: (site) => site.name },
      { heading: 'domain', value: (site) => site.domain },
      { heading: 'source only', value: (site) => percent(site.sourceOnlyAccuracy), align: 'right' },
      { heading: 'adapted', value: (site) => percent(site.adaptedAccuracy), align: 'right' },
      {
        heading: 'points',
        value: (site) => points(site.adaptedAccuracy - site.sourceOnlyAccuracy),
        align: 'right',
      },
      {
        heading: 'pseudo-labels agree',
        value: (site) => percent(site.pseudoLabelAgreement),
        align: 'right',
      },
      { heading: 'verdict', value: (site) => site.verdict ?? '' },
      { heading: 'time', value: (site) => duration(site.seconds), align: 'right' },
      { heading: 'received', value: (site) => bytes(site.bytesReceived), align: 'right' },
    ],
    sites,
  );
  return [
    `The provider trained on ${provider.data}: ${percent(provider.heldOutAccuracy)} on its own held-out digits.`,
    '',
    rows,
    ...failed.map(
      ({ name, domain, error }) => `${name} (${domain}) did not finish: ${error.message}`,
    ),
    '',
    `${sites.length} sites in ${duration(seconds)}; every file is in ${out}`,
    ...(audit ? [...auditLines(audit), `audit page: ${join(out, 'audit.html')}`] : []),
    ...(report ? [`report: ${report}`] : []),
  ].join('\n');
}

function auditLines({ verdict, claims, unexplainedBytes }: AuditResult): string[] {
  const failed = claims.filter((claim) => claim.verdict === 'FAIL');
  const open = claims.filter((claim) => claim.verdict === 'NOT CHECKED');
  return [
    `audit: ${verdict}, ${claims.length} claims, unexplained bytes: ${unexplainedBytes ?? 'not known'}`,
    ...failed.map(({ claim, findings }) => `  FAIL ${claim}: ${findings.join('; ')}`),
    ...open.map(({ claim, missing }) => `  NOT CHECKED ${claim}: ${missing.join('; ')}`),
  ];
}
