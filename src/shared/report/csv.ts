import { stringify } from 'csv-stringify/sync';
import { printable } from './terminal/index.js';

/** What a spreadsheet takes for a formula: ASCII and full-width signs, blanks before them too. */
const FORMULA = /^[\s\0]*[=+\-@\t\r＝＋－＠|%]/u;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/**
 * The rows of a CSV file (RFC 4180, lines end with \n). A cell that a spreadsheet would run as a formula
 * gets an apostrophe in front, since names of classes come from somebody else. Plain numbers stay,
 * signed ones too: csv-stringify's `escape_formulas` would mark -1, and lets ` =1` and `|calc` through.
 * Control characters are written out: such files are looked at in terminals.
 */
export function csvText(rows: readonly (readonly (string | number)[])[]): string {
  const cells = rows.map((row) =>
    row.map((cell) => (typeof cell === 'string' ? guarded(cell) : cell)),
  );
  return stringify(cells, { quoted_match: /[;\t]/ }); // what other programs take for the separator
}

function guarded(text: string): string {
  const formula = FORMULA.test(text) && !NUMBER.test(text);
  return printable(formula ? `'${text}` : text);
}
