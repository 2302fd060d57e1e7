import { FedshotError } from '../errors.js';

/** `READER:PATH[#PART][?key=value&key=value]`, taken apart. */
export interface Notation {
  /** As it was written, for messages. */
  readonly source: string;
  readonly reader: string;
  /** A file, or whatever the reader takes in its place. */
  readonly path: string;
  /** The path at its commas, for readers that take several files. */
  readonly paths: readonly string[];
  /** The piece behind `#` that is not `key=value`: a group within the file. */
  readonly part?: string;
  readonly options: ReadonlyMap<string, string>;
}

/** How a character that the notation uses itself is written in a path. */
const ESCAPES = 'in a path write # as %23, ? as %3F, a comma as %2C and % as %25';

/**
 * Takes a notation apart. `#` and `?` both start options, `&` goes on with them; a value may be
 * percent-encoded, so that a column named `a&b` can be written `a%26b`. In a path only what the
 * notation itself uses is decoded (`%23` `%25` `%26` `%2C` `%3F`), any other `%` is itself.
 *
 * @param example a notation to show where no reader is named
 * @throws FedshotError `usage`
 */
export function parseNotation(source: string, example = 'READER:PATH'): Notation {
  const colon = source.indexOf(':');
  if (colon < 1) throw usage(source, 'no reader', `write READER:PATH, for example ${example}`);
  const body = source.slice(colon + 1);
  const end = body.search(/[#?]/);
  const path = end < 0 ? body : body.slice(0, end);
  if (path === '') throw usage(source, 'nothing behind the colon');

  const options = new Map<string, string>();
  let part: string | undefined;
  for (const piece of end < 0 ? [] : body.slice(end + 1).split(/[#?&]/)) {
    const equals = piece.indexOf('=');
    if (equals < 0) {
      if (part !== undefined) throw usage(source, `"${piece}" is not key=value`, ESCAPES);
      part = decode(source, piece);
    } else {
      const key = piece.slice(0, equals);
      if (options.has(key)) throw usage(source, `the key "${key}" occurs twice`);
      options.set(key, decode(source, piece.slice(equals + 1)));
    }
  }
  return {
    source,
    reader: source.slice(0, colon),
    path: decodePath(path),
    paths: path.split(',').map(decodePath),
    part: part === '' ? undefined : part,
    options,
  };
}

/** What may help where the file of a notation is not there; undefined if nothing in it is unusual. */
export function pathHint({ source, path }: Pick<Notation, 'source' | 'path'>): string | undefined {
  if (path.startsWith('~')) return 'the shell replaces ~ only where a word begins: write $HOME';
  return /[#?,%]/.test(source) ? ESCAPES : undefined;
}

/** Something in the notation itself that is not understood. */
export function usage(source: string, why: string, hint?: string): FedshotError {
  return new FedshotError('usage', `data "${source}": ${why}`, { hint });
}

const decodePath = (text: string): string =>
  text.replace(/%(?:2[356C]|3F)/gi, (code) => decodeURIComponent(code));

function decode(source: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new FedshotError('usage', `data "${source}": "${text}" is not percent-encoded`, {
      hint: 'write a literal % as %25',
      cause,
    });
  }
}
