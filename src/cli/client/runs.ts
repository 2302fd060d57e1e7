import type { Command } from 'commander';
import runs from '../../api/client/runs.js';
import type { RunSummary } from '../../client/runs/list.js';
import { table } from '../../shared/report/terminal/index.js';
import type { Io } from '../io.js';
import { addCommand } from '../operation-command.js';

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: runs,
    name: 'runs',
    about: 'list the adaptations of this site, and which is in use',
    examples: [
      'fedshot client runs --home work/site',
      'fedshot client runs --home work/site --name digits --json',
    ],
    text: (result) => lines(result.runs).join('\n'),
  });
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
