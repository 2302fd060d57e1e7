import { FedshotError } from './errors.js';

// Strings, numbers and punctuation of a text that JSON.parse has already accepted.
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*|[{}[\],:]/g;
const PLAIN_INTEGER = /^(?:0|[1-9]\d*)$/;

/** Received text for an error's one line: quoted, short, and unable to steer a terminal. */
export function quoted(text: string): string {
  const escape = (c: string): string => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(text.slice(0, 100)).replace(/[^\x20-\x7e]/g, escape);
}

/**
 * Reads JSON that two readers can only understand in one way. Beyond the grammar it refuses what
 * parsers disagree about: bytes that are not UTF-8, lone surrogates, an object that names a key
 * twice, the key `__proto__`, and every number but a plain non-negative integer that a double holds exactly.
 *
 * @param what names the document in errors
 * @throws FedshotError `format`
 */
export function parseStrictJson(bytes: Uint8Array, what: string): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const value: unknown = JSON.parse(text);
    refuseAmbiguity(text);
    return value;
  } catch (cause) {
    // V8's own message quotes the document, which would put received bytes on somebody's terminal.
    const why = cause instanceof FedshotError ? cause.message : 'not valid JSON';
    throw new FedshotError('format', `${what}: ${why}`, { cause });
  }
}

function refuseAmbiguity(text: string): void {
  const fail = (why: string): never => {
    throw new FedshotError('format', why);
  };
  const open: (Set<string> | undefined)[] = [];
  let previous = '';
  for (const [token] of text.matchAll(TOKEN)) {
    const c = token[0]!;
    if (c === '{') open.push(new Set());
    else if (c === '[') open.push(undefined);
    else if (c === '}' || c === ']') open.pop();
    else if (c === '"') {
      const string = JSON.parse(token) as string;
      if (/\p{Surrogate}/u.test(string)) fail('a string with a lone surrogate');
      const keys = open.at(-1);
      if (keys && (previous === '{' || previous === ',')) {
        if (string === '__proto__') fail('the key __proto__');
        if (keys.has(string)) fail(`the key ${quoted(string)} occurs twice`);
        keys.add(string);
      }
    } else if (c !== ',' && c !== ':') {
      if (!PLAIN_INTEGER.test(token) || !Number.isSafeInteger(Number(token)))
        fail(`${token.slice(0, 40)} is not a plain non-negative integer`);
    }
    previous = c;
  }
}
