import type { Command } from 'commander';
import { action, command } from '../command.js';
import type { Io } from '../io.js';
import { addKeyOptions, keyringAt, type KeyOptions } from '../keyring.js';
import { path } from '../options.js';
import { describeRoot } from './text.js';

export function register(parent: Command, io: Io): void {
  const sign = command(parent, 'sign <draft>', 'add signatures to a root that needs more of them', [
    'fedshot keys sign work/store-keys/draft-root-2.json --store work/store --keys /media/usb/keys',
  ]).requiredOption('--store <dir>', 'folder of the store', path);
  addKeyOptions(sign).action(
    action(io, async (options: KeyOptions, draft: string) => {
      const { signDraft } = await import('../../provider/keys/root.js');
      const keyring = keyringAt(options, io);
      const file = path(draft);
      const value = await signDraft({ store: options.store, keyring, now: io.now(), file });
      return { value, text: () => describeRoot(value) };
    }),
  );
}
