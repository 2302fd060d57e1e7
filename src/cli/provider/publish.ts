import { Option, type Command } from 'commander';
import { CARD_LEVELS, type CardLevel } from '../../shared/model/card/schema.js';
import { action, command } from '../command.js';
import type { Io } from '../io.js';
import { warnOfExpiry } from '../warnings.js';
import { addKeyOptions, keyringAt, type KeyOptions } from '../keyring.js';
import { path, seconds } from '../options.js';

interface Options extends KeyOptions {
  model: string;
  name: string;
  validFor?: number;
  card: CardLevel;
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
    .option('--dry-run', 'show what would be published; sign and write nothing');
  addKeyOptions(publish).action(
    action(io, async (options: Options) => {
      const [{ withCard }, { publishRelease }, { finishRootChange }] = await Promise.all([
        import('../../provider/publish-card.js'),
        import('../../provider/publish.js'),
        import('../../provider/roots/finish.js'),
      ]);
      const { card, name, store } = options;
      if (options.dryRun) {
        const { previewRelease } = await import('../../provider/publish-preview.js');
        const lines: string[] = [];
        const value = await withCard(
          options.model,
          card,
          (line) => lines.push(line),
          (modelDir) => Promise.resolve(previewRelease({ modelDir, name, store })),
        );
        return {
          value,
          text: () =>
            [
              ...lines,
              `${name} ${value.version} would have ${value.bytes} bytes in ${value.chunks} chunks, ${value.newBytes} bytes of them new`,
              'nothing was signed or written',
            ].join('\n'),
        };
      }
      await finishRootChange({ store, keyring: keyringAt(options, io), now: io.now() });
      await warnOfExpiry(options, io);
      const show = (line: string): void => {
        io.reporter.note(line);
      };
      const value = await withCard(options.model, card, show, (modelDir) =>
        publishRelease({
          ...{ modelDir, name, store },
          keyring: keyringAt(options, io),
          now: io.now(),
          days: options.validFor && options.validFor / DAY,
          reporter: io.reporter,
        }),
      );
      return {
        value,
        text: () =>
          [
            `${value.name} ${value.version} is published until ${value.expires}`,
            `digest ${value.digest}`,
            `${value.bytes} bytes in ${value.chunks} chunks, ${value.newBytes} bytes of them new`,
            `the list of releases is fresh until ${value.freshUntil}: serve renews it, or fedshot provider refresh`,
          ].join('\n'),
      };
    }),
  );
}
