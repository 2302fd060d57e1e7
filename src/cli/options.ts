import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';

/**
 * Parsers for `.option(flags, description, parser, default)`. Each says in its message what it
 * would have accepted; commander puts the option's name and the value that arrived before it.
 */
type Parser<T> = (text: string) => T;

function number(accepts: string, pattern: RegExp, ok: (n: number) => boolean): Parser<number> {
  return (text) => {
    const value = pattern.test(text) ? Number(text) : NaN;
    if (!Number.isFinite(value) || !ok(value))
      throw new InvalidArgumentError(`Expected ${accepts}.`);
    return value;
  };
}

const WHOLE = /^\d+$/;
const REAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

export const positiveInteger = number(
  'a whole number of at least 1',
  WHOLE,
  (n) => n >= 1 && Number.isSafeInteger(n),
);

/** Samples per step: of one, batch normalisation has no variance. */
export const batchSize = number(
  'a whole number of at least 2: batch normalisation needs two samples at a time',
  WHOLE,
  (n) => n >= 2 && Number.isSafeInteger(n),
);

export const nonNegativeInteger = number(
  'a whole number of at least 0',
  WHOLE,
  Number.isSafeInteger,
);

/** Seeds are 32 bits, so that every one of them gives a stream of its own. */
export const seed = number('a whole number from 0 to 4294967295', WHOLE, (n) => n < 2 ** 32);

export const port = number('a port from 0 (any free one) to 65535', WHOLE, (n) => n <= 65_535);

export const real = number('a number', REAL, () => true);

export const nonNegativeReal = number('a number of at least 0', REAL, (n) => n >= 0);

export const positiveReal = number('a number above 0', REAL, (n) => n > 0);

/** A share from 0 to 1. */
export const fraction = number('a number from 0 to 1', REAL, (n) => n >= 0 && n <= 1);

/** A path, made absolute against the folder that the command was called from. */
export const path: Parser<string> = (text) => {
  if (text === '') throw new InvalidArgumentError('Expected a path.');
  return resolve(text);
};

/**
 * The path of a file that is written at the end: a folder that stands in its place, or a file in the place
 * of its folder, is said before the work and not after it.
 */
export const outputFile: Parser<string> = (text) => {
  const file = path(text);
  if (isFolder(file)) throw new InvalidArgumentError('Expected a file, and this is a folder.');
  let above = dirname(file);
  while (isFolder(above) === undefined && above !== dirname(above)) above = dirname(above);
  if (isFolder(above) === false) throw new InvalidArgumentError(`${above} is not a folder.`);
  return file;
};

/** undefined for what is not there, or not to be seen from here. */
function isFolder(path: string): boolean | undefined {
  try {
    return statSync(path).isDirectory();
  } catch {
    return undefined;
  }
}

/** A comma-separated list without empty parts: `thin,slanted`. */
export const list: Parser<string[]> = (text) => {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.includes('')) throw new InvalidArgumentError('Expected a comma-separated list.');
  return parts;
};

/** Collects an option that may be given several times: `.option('--from <url>', '…', repeated)`. */
export function repeated(text: string, previous: string[] = []): string[] {
  return [...previous, text];
}

/** A length of time as `45s`, `5m`, `2h`, `30d`; in seconds. */
export const seconds: Parser<number> = (text) => {
  const match = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text);
  if (!match) throw new InvalidArgumentError('Expected a time such as 45s, 5m, 2h or 30d.');
  return Number(match[1]) * { s: 1, m: 60, h: 3600, d: 86_400 }[match[2] as 's' | 'm' | 'h' | 'd'];
};

/** Where a server is reached: `host:port`. */
export const address: Parser<string> = (text) => {
  const port = Number(/^(?:\[[0-9a-f:.]+\]|[a-z0-9.-]+):(\d{1,5})$/i.exec(text)?.[1]);
  if (!(port >= 1 && port <= 65_535)) throw new InvalidArgumentError('Expected HOST:PORT.');
  return text;
};
