import type { Command } from 'commander';
import { action, command } from '../command.js';
import type { Io } from '../io.js';
import { addKeyOptions, keyringAt, type KeyOptions } from '../keyring.js';
import { path } from '../options.js';

interface Options extends KeyOptions {
  log?: string;
}

export function register(parent: Command, io: Io): void {
  const evidence = command(
    parent,
    'evidence <folder>',
    'copy store and log as of one moment for an auditor, signed by the log key; no keys',
    ['fedshot provider evidence work/for-the-auditor --store work/store'],
  )
    .requiredOption('--store <dir>', 'folder of the store', path)
    .option('--log <dir>', 'folder of the log (default: the store’s name + -log)', path);
  addKeyOptions(evidence).action(
    action(io, async ({ store, log, ...options }: Options, folder: string) => {
      const { providerEvidence } = await import('../../provider/backup/evidence.js');
      const { version } = await import('../../shared/version.js');
      const keyring = keyringAt({ store, ...options }, io);
      const [out, software] = [path(folder), `fedshot ${version()}`];
      const from = { store, keyring, dir: log, software, now: () => io.now() };
      const value = await providerEvidence(from, out);
      const { files, bytes, signedBy } = value;
      if (signedBy === undefined)
        io.reporter.warn(
          'the index is not signed: the log key is not here (--keys, FEDSHOT_KEYS); the audit will say so',
        );
      const logged = value.log ? `a log of ${value.log.size} leaves` : 'no log yet';
      return {
        value: { ...value, folder: out },
        text: () =>
          `${out}: ${files} files of ${bytes} bytes, root ${value.root}, ${logged}\n` +
          `next, at the auditor: fedshot audit --provider ${out} --trust trust.json …`,
      };
    }),
  );
}
