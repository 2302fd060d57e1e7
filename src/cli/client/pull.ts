import type { Command } from 'commander';
import type { PullResult } from '../../client/pull/index.js';
import { bytes } from '../../shared/report/terminal/format.js';
import { action, command } from '../command.js';
import type { Io } from '../io.js';
import { addIsolateOption, enterIsolation, type IsolateFlag } from '../isolation.js';
import { path, repeated } from '../options.js';
import { addMirrorOptions, sourceNeeds, webAuthorities, type MirrorOptions } from './mirrors.js';

interface Options extends IsolateFlag, MirrorOptions {
  from: string[];
  name: string;
  home: string;
  insecurePlaintext?: boolean;
}

function describe(result: PullResult): string {
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
  const pulls = command(
    parent,
    'pull',
    'pull the newest version of a release and verify every byte of it',
    [
      'fedshot client pull --from localhost:7443 --name digits --home work/site',
      'fedshot client pull --from a.example:7443 --from https://b.example/store --name digits --home work/site',
    ],
  )
    .requiredOption(
      '--from <source>',
      'HOST:PORT, https://… or a folder; several are used together',
      repeated,
    )
    .requiredOption('--name <name>', 'name of the release')
    .requiredOption('--home <dir>', 'folder of this site', path)
    .option(
      '--insecure-plaintext',
      'speak to HOST:PORT without TLS: anybody on the way can listen',
    );
  addIsolateOption(addMirrorOptions(pulls)).action(
    action(io, async ({ isolate, ...options }: Options) => {
      const { home } = options;
      const isolation = await enterIsolation(io, sourceNeeds({ ...options, isolate, home }, io));
      const { pull } = await import('../../client/pull/index.js');
      if (options.insecurePlaintext)
        io.reporter.warn(
          '--insecure-plaintext: anybody on the way sees what is pulled, and by whom',
        );
      const { reporter, signal } = io;
      const webCa = await webAuthorities(options, io);
      const value = await pull({ ...options, webCa, reporter, signal, now: () => io.now() });
      return { value: { ...value, isolation }, text: () => describe(value) };
    }),
  );
}
