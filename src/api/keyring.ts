import { closeSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { asFedshotError, FedshotError } from '../shared/errors.js';
import { assertPassphrase, Keyring, passphraseWeakness, Sealer } from '../shared/release/index.js';
import { nonNegativeInteger, path, withTraits } from '../shared/option.js';
import type { Outside } from './operation.js';

/** A passphrase, or what gives one when the first key is opened or made. */
export type Passphrase = string | (() => string | Promise<string>);

/** How an operation is told the passphrase of keys. */
export interface SecretOptions {
  passphraseFd?: number;
  passphrase?: Passphrase;
}

/** How an operation is told which keys to use. */
export interface KeyOptions extends SecretOptions {
  store: string;
  keys?: string;
  keyFd?: number;
}

/** The passphrase as a program gives it; on a command line others could read it. */
export const passphraseOption = withTraits(
  z.custom<Passphrase>((given) => typeof given === 'string' || typeof given === 'function', {
    error: 'Expected a text, or a function that returns one.',
  }),
  { programOnly: true },
)
  .optional()
  .describe('passphrase of the keys, or a function that returns it (default: FEDSHOT_PASSPHRASE)');

/** Where keys and their secrets come from. None of it ever stands on a command line itself. */
export const keyOptions = {
  keys: path('<dir>')
    .optional()
    .describe('folder of the keys (default: FEDSHOT_KEYS, or the store’s name + -keys)'),
  passphraseFd: nonNegativeInteger()
    .optional()
    .describe(
      'read the passphrase from this file descriptor (default: FEDSHOT_PASSPHRASE, or ask)',
    ),
  keyFd: nonNegativeInteger()
    .optional()
    .describe(
      'read whole private keys, 64 hex digits each, from this file descriptor (or FEDSHOT_KEY)',
    ),
  passphrase: passphraseOption,
};

/** Where the secrets of a program or a terminal come from. */
export type SecretsOf = Pick<Outside, 'env' | 'reporter' | 'askSecret'>;

/** The folder of a store's keys: `--keys`, else FEDSHOT_KEYS, else the store's name + `-keys`. */
export function keysDir({ store, keys }: KeyOptions, io: Pick<Outside, 'env'>): string {
  return keys ?? (io.env.FEDSHOT_KEYS ? resolve(io.env.FEDSHOT_KEYS) : `${store}-keys`);
}

/**
 * The keyring of a store. The passphrase is asked for when the first key is opened or made.
 *
 * @param creating a passphrase that is typed for new keys is asked for twice
 * @throws FedshotError `usage` for a key that is not 64 hex digits
 */
export function keyringAt(options: KeyOptions, io: SecretsOf, creating = false): Keyring {
  const dir = keysDir(options, io);
  return new Keyring({
    dir,
    sealer: async () => {
      const secret = await passphrase(dir, options, io, creating);
      assess(secret, dir, io);
      return new Sealer(secret);
    },
    seeds: wholeKeys(options.keyFd, io),
  });
}

/**
 * A weak passphrase opens what it has sealed before, and seals no folder of keys that begins: where
 * nothing is sealed yet, whatever asks for the passphrase is about to seal.
 */
function assess(secret: string, dir: string, io: SecretsOf): void {
  const weakness = passphraseWeakness(secret);
  if (weakness === undefined || secret === '') return;
  const names = existsSync(dir) ? readdirSync(dir, { recursive: true, encoding: 'utf8' }) : [];
  if (!names.some((name) => /-[0-9a-f]{16}\.json$|sealed/.test(name))) assertPassphrase(secret);
  io.reporter.warn(
    `the passphrase of ${dir} is weak: ${weakness}; whoever gets hold of the folder may guess it`,
    'weak-passphrase',
  );
}

/** The sealer of a key that lies in a file of its own. */
export const sealerOf = async (
  file: string,
  options: SecretOptions,
  io: SecretsOf,
  creating: boolean,
): Promise<Sealer> => new Sealer(await passphrase(file, options, io, creating));

async function passphrase(
  dir: string,
  { passphrase: given, passphraseFd: fd }: SecretOptions,
  io: SecretsOf,
  creating: boolean,
): Promise<string> {
  if (given !== undefined && fd !== undefined)
    throw new FedshotError('usage', 'passphrase and passphraseFd contradict each other', {
      hint: 'give one of the two',
    });
  if (given !== undefined) return typeof given === 'function' ? given() : given;
  // The variable that names a descriptor is for services, whose command line is not theirs to change.
  const named = fd ?? descriptorIn(io.env.FEDSHOT_PASSPHRASE_FD);
  if (named !== undefined) return readDescriptor(named).replace(/\r?\n$/, '');
  if (io.env.FEDSHOT_PASSPHRASE !== undefined) return io.env.FEDSHOT_PASSPHRASE;
  const typed = await io.askSecret?.(`Passphrase for the keys in ${dir}: `);
  if (typed === undefined)
    throw new FedshotError('usage', `the keys in ${dir} need a passphrase, and none was given`, {
      hint: 'set FEDSHOT_PASSPHRASE, say --passphrase-fd N, or run at a terminal',
    });
  if (creating && (await io.askSecret?.('The same again: ')) !== typed)
    throw new FedshotError('usage', 'the two passphrases differ; nothing was made');
  return typed;
}

function wholeKeys(fd: number | undefined, io: SecretsOf): Buffer[] {
  const text = fd === undefined ? (io.env.FEDSHOT_KEY ?? '') : readDescriptor(fd);
  return seedsIn(text, fd === undefined ? 'FEDSHOT_KEY' : `file descriptor ${fd}`);
}

function seedsIn(text: string, source: string): Buffer[] {
  return text
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => {
      // The word itself must not reach a terminal or a log.
      if (!/^[0-9a-fA-F]{64}$/.test(word))
        throw new FedshotError('usage', `${source}: a private key is 64 hex digits`);
      return Buffer.from(word, 'hex');
    });
}

function readDescriptor(fd: number): string {
  try {
    const text = readFileSync(fd, 'utf8');
    if (fd > 2) closeSync(fd);
    return text;
  } catch (error) {
    throw asFedshotError(error, 'usage', `cannot read file descriptor ${fd}`);
  }
}

/** @throws FedshotError `usage` for a descriptor that is no number */
function descriptorIn(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  throw new FedshotError('usage', `FEDSHOT_PASSPHRASE_FD: "${text}" is no file descriptor`, {
    hint: 'it is the number of the descriptor that the passphrase is read from, e.g. 3',
  });
}
