import { Option, type Command } from 'commander';
import type { Published } from '../../provider/publish/publish.js';
import { CARD_LEVELS, type CardLevel } from '../../shared/model/card/schema.js';
import { action, command } from '../command.js';
import type { Io } from '../io.js';
import { warnOfExpiry } from '../warnings.js';
import { addKeyOptions, keyringAt, type KeyOptions } from '../keyring.js';
import { path, seconds } from '../options.js';
import { previewLines } from './preview-lines.js';

interface Options extends KeyOptions {
  model: string;
  name: string;
  validFor?: number;
  card: CardLevel;
  again?: boolean;
  dryRun?: boolean;
}

const DAY = 86_400;

export function register(parent: Command, io: Io): void {
  const publish = command(parent, 'publish', 'sign a model as the next version of a release', [
    'fedshot provider publish --model work/model --name digits --store work/store',
  ])
    .requiredOption('--model <dir>', 'folder that provider train wrote', path)
    .requiredOption('--name <name>', 'name of the release')
    .requiredOption('--store <dir>', 'folder of the store', path)
    .option('--valid-for <time>', 'how long it may be pulled (default: 365d)', seconds)
    .addOption(
      new Option('--card <level>', 'what the release says of the held-out data (docs/method.md)')
        .choices(CARD_LEVELS)
        .default('full'),
    )
    .option('--again', 'make a new version also of weights that are published already')
    .option('--dry-run', 'show all that would be published; sign and write nothing');
  addKeyOptions(publish).action(
    action(io, async (options: Options) => {
      const [{ withCard }, { publishRelease }, { finishRootChange }] = await Promise.all([
        import('../../provider/publish/card.js'),
        import('../../provider/publish/publish.js'),
        import('../../provider/roots/finish.js'),
      ]);
      const { model, card, name, store, again } = options;
      const days = options.validFor && options.validFor / DAY;
      if (options.dryRun) {
        const { previewRelease } = await import('../../provider/publish/preview.js');
        const lines: string[] = [];
        const value = await withCard(
          model,
          card,
          (line) => lines.push(line),
          (folder) =>
            Promise.resolve(previewRelease({ ...folder, name, store, again, days, now: io.now() })),
        );
        return { value, text: () => [...lines, ...previewLines(value)].join('\n') };
      }
      await finishRootChange({ store, keyring: keyringAt(options, io), now: io.now() });
      await warnOfExpiry(options, io);
      const show = (line: string): void => {
        io.reporter.note(line);
      };
      const keyring = keyringAt(options, io);
      const { reporter } = io;
      const value = await withCard(model, card, show, (folder) =>
        publishRelease({ ...folder, name, store, keyring, now: io.now(), days, again, reporter }),
      );
      return { value, text: () => publishedLines(value).join('\n') };
    }),
  );
}

function publishedLines(value: Published): string[] {
  const { name, version, expires, digest, bytes, chunks, newBytes, freshUntil } = value;
  if (value.unchanged)
    return [
      `identical to ${name} ${version}, which may be pulled until ${expires}: nothing was published`,
      `digest ${digest}`,
      '--again makes a new version of the same weights',
    ];
  return [
    `${name} ${version} is published until ${expires}`,
    `digest ${digest}`,
    `${bytes} bytes in ${chunks} chunks, ${newBytes} bytes of them new`,
    `the list of releases is fresh until ${freshUntil}: serve renews it, or fedshot provider refresh`,
  ];
}
