import { printable } from './terminal/index.js';

/** What a spreadsheet takes for a formula, in any width that it knows. */
const FORMULA = /^[\s\0]*[=+\-@\t\r＝＋－＠|%]/u;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/**
 * One cell of a CSV file (RFC 4180). What a spreadsheet would run as a formula gets an apostrophe in
 * front, since names of classes come from somebody else; plain numbers, signed ones too, stay. Control
 * characters are written out: such files are looked at in terminals.
 */
export function csvCell(text: string): string {
  const formula = FORMULA.test(text) && !NUMBER.test(text);
  const safe = printable(formula ? `'${text}` : text);
  return /[",\r\n;\t]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
