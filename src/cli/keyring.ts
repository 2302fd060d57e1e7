import { closeSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { FedshotError } from '../shared/errors.js';
import { Keyring, Sealer } from '../shared/release/index.js';
import type { Io } from './io.js';

/** The folder of a store's keys: `--keys`, else FEDSHOT_KEYS, else the store's name + `-keys`. */
export function keysDir({ store, keys }: { store: string; keys?: string }, io: Io): string {
  return keys ?? (io.env.FEDSHOT_KEYS ? resolve(io.env.FEDSHOT_KEYS) : `${store}-keys`);
}

function passphrase(io: Io): string {
  const { FEDSHOT_PASSPHRASE: given, FEDSHOT_PASSPHRASE_FD: fd } = io.env;
  if (given !== undefined) return given;
  if (fd !== undefined && /^\d+$/.test(fd)) {
    const text = readFileSync(Number(fd), 'utf8');
    closeSync(Number(fd));
    return text.replace(/\r?\n$/, '');
  }
  throw new FedshotError('trust', 'the keys are sealed with a passphrase, and none was given', {
    hint: 'set FEDSHOT_PASSPHRASE, or FEDSHOT_PASSPHRASE_FD to a file descriptor to read it from',
  });
}

/** The keyring of a store; the passphrase is asked for when the first key is opened or made. */
export function keyringAt(where: { store: string; keys?: string }, io: Io): Keyring {
  let sealer: Promise<Sealer> | undefined;
  return new Keyring({
    dir: keysDir(where, io),
    sealer: () => (sealer ??= Promise.resolve().then(() => new Sealer(passphrase(io)))),
  });
}
