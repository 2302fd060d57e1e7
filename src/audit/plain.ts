/** Control characters, and marks that turn the direction of writing. */
const STEERING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

const escaped = (char: string): string =>
  `\\u{${(char.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}}`;

/**
 * Untrusted text as one line without control characters: a file name in an untrusted store must not be
 * able to print a verdict on a terminal or a page.
 */
export const plain = (text: string): string => text.replace(STEERING, escaped).slice(0, 2000);
