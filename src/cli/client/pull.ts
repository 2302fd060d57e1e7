import type { Command } from 'commander';
import pull, { type PullOutcome } from '../../api/client/pull.js';
import { bytes } from '../../shared/report/terminal/format.js';
import type { Io } from '../io.js';
import { addCommand } from '../operation-command.js';

function describe(result: PullOutcome): string {
  const { release, folder, bytesReceived, bytesReused, seconds } = result;
  const name = `${release.name} ${release.version}`;
  if (result.upToDate && bytesReused === 0) return `${name} is here already: nothing transferred`;
  const reused = bytesReused > 0 ? `, ${bytes(bytesReused)} were here already` : '';
  return [
    `${name}: ${bytes(bytesReceived)} received in ${seconds.toFixed(1)} s${reused}`,
    `verified, in ${folder}`,
  ].join('\n');
}

export function register(parent: Command, io: Io): void {
  addCommand(parent, io, {
    operation: pull,
    name: 'pull',
    about: 'pull the newest version of a release and verify every byte of it',
    examples: [
      'fedshot client pull --from localhost:7443 --name digits --home work/site',
      'fedshot client pull --from a.example:7443 --from https://b.example/store --name digits --home work/site',
    ],
    text: describe,
  });
}
