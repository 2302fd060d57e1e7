import type { Command } from 'commander';
import type { SiteEvidence } from '../../client/evidence/index.js';
import { action, command } from '../command.js';
import type { Io } from '../io.js';
import { path } from '../options.js';

interface Options {
  home: string;
  name?: string;
  key?: string;
}

export function register(parent: Command, io: Io): void {
  command(
    parent,
    'evidence <folder>',
    'write what an auditor needs of this site, signed, and nothing that is private',
    ['fedshot client evidence work/for-the-auditor --home work/site'],
  )
    .requiredOption('--home <dir>', 'folder of this site', path)
    .option('--name <release>', 'of this release alone')
    .option(
      '--key <file>',
      'the key that signs; made if it is not there (default: HOME/identity/evidence-key.json)',
      path,
    )
    .action(
      action(io, async (options: Options, folder: string) => {
        const { siteEvidence } = await import('../../client/evidence/index.js');
        const { version } = await import('../../shared/version.js');
        const software = `fedshot ${version()}`;
        const out = path(folder);
        const value = await siteEvidence({ ...options, out, software, now: io.now() });
        for (const name of value.unknown)
          io.reporter.warn(
            `${name}: fedshot has not put it into ${options.home}; it was not handed over, the index names it, and the audit will ask`,
          );
        return { value, text: () => text(value) };
      }),
    );
}

function text({ out, files, bytes, runs, stays, key }: SiteEvidence): string {
  return [
    `${out}: ${files} files of ${bytes} bytes, ${runs} runs; ${stays} files stay here`,
    `signed by the key ${key.keyid}${key.created ? `, made just now: ${key.file}` : ''}`,
    'tell the auditor this number over another channel; then: fedshot audit --site FOLDER --site-key NUMBER …',
  ].join('\n');
}
