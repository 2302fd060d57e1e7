import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { csvCell } from '../../../src/shared/report/csv.js';

describe('csvCell', () => {
  it.each([
    '=1+1',
    '@SUM(A1)',
    '+cmd|x',
    '-2+3',
    '\t=1',
    '\r=1',
    ' =1',
    '＝1+1',
    '=HYPERLINK("http://x.example","y")',
    '|calc',
  ])('takes the formula out of %j', (text) => {
    const [[cell]] = parse(`${csvCell(text)}\n`) as [[string]];
    expect(cell).toBe(`'${text.replace('\r', '\\x0d')}`);
  });

  it('writes control characters out', () => {
    expect(csvCell('a\x1b[2J')).toBe('a\\x1b[2J');
  });

  it.each([
    '-1',
    '+1',
    '-2.5e-3',
    '.5',
    'well',
    'a-b',
    'x=1',
    'p(=1)',
    'grade 2',
    'O\u2019Neill',
    'a,b',
    'a"b',
    'a\nb',
    '',
  ])('leaves %j as it is', (text) => {
    const [[cell, next]] = parse(`${csvCell(text)},end\n`) as [[string, string]];
    expect([cell, next]).toEqual([text, 'end']);
  });
});
