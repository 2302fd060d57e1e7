/**
 * Control characters except tab and newline, marks that change the direction of writing, and line
 * separators: a name with one of them could move the cursor, hide a line or paint another verdict.
 */
// eslint-disable-next-line no-control-regex
const UNSAFE = /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Text for a terminal: names come from files, releases and peers, so control characters are shown as escapes. */
export const printable = (text: string): string =>
  text.replace(UNSAFE, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });

/** The same for JSON: escapes that mean the character itself again where it is parsed. */
export const printableJson = (json: string): string =>
  json.replace(
    UNSAFE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** The same for one line: a newline within a message would begin another one. */
export const printableLine = (text: string): string => printable(text).replaceAll('\n', '\\n');
