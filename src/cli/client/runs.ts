import type { Command } from 'commander';
import type { RunSummary } from '../../client/runs/list.js';
import { table } from '../../shared/report/terminal/index.js';
import { action, command } from '../command.js';
import type { Io } from '../io.js';
import { path } from '../options.js';

interface Options {
  home: string;
  name?: string;
}

export function register(parent: Command, io: Io): void {
  command(parent, 'runs', 'list the adaptations of this site, and which is in use', [
    'fedshot client runs --home work/site',
    'fedshot client runs --home work/site --name digits --json',
  ])
    .requiredOption('--home <dir>', 'folder of this site', path)
    .option('--name <release>', 'of this release alone')
    .action(
      action(io, async ({ home, name }: Options) => {
        const { listRuns } = await import('../../client/runs/list.js');
        const { assertHome } = await import('../../client/runs/manage.js');
        assertHome(home);
        const runs = await listRuns(home, name);
        return { value: { runs }, text: () => lines(runs).join('\n') };
      }),
    );
}

function lines(runs: readonly RunSummary[]): string[] {
  if (runs.length === 0) return ['no runs: nothing was adapted here so far'];
  const faults = runs.flatMap(({ run, why }) => (why === undefined ? [] : [`${run}: ${why}`]));
  return [rows(runs), ...faults];
}

const rows = (runs: readonly RunSummary[]): string =>
  table(
    [
      { heading: 'run', value: ({ run }) => run },
      { heading: 'in use', value: ({ inUse }) => (inUse ? 'yes' : '') },
      { heading: 'release', value: ({ release }) => nameOf(release) },
      { heading: 'name', value: ({ name = '' }) => name },
      { heading: 'method', value: ({ method = '' }) => method },
      { heading: 'samples', value: ({ n = '' }) => String(n), align: 'right' },
      { heading: 'verdict', value: verdictOf },
      { heading: 'weights', value: ({ weights }) => (weights ? 'kept' : '') },
    ],
    runs,
  );

const nameOf = (release: RunSummary['release']): string =>
  release ? `${release.name} ${release.version ?? ''}`.trimEnd() : '';

function verdictOf({ state, verdict, accepted, forced }: RunSummary): string {
  if (state !== 'finished') return state;
  const note = accepted ? '' : forced ? ', forced' : ', not accepted';
  return `${verdict ?? ''}${note}`;
}
