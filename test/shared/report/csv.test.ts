import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { csvText } from '../../../src/shared/report/csv.js';

describe('csvText', () => {
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
    const [[cell]] = parse(csvText([[text]])) as [[string]];
    expect(cell).toBe(`'${text.replace('\r', '\\x0d')}`);
  });

  it('writes control characters out', () => {
    expect(csvText([['a\x1b[2J']])).toBe('a\\x1b[2J\n');
  });

  it('quotes what another program could take for the end of a cell', () => {
    const rows = [
      ['index', 'class'],
      [0, 'a;b'],
      [1, 'a\tb'],
      [2, 'a "b", c'],
    ];
    expect(csvText(rows)).toBe('index,class\n0,"a;b"\n1,"a\tb"\n2,"a ""b"", c"\n');
  });

  it('has no line for no rows, and an empty cell for an empty name', () => {
    expect(csvText([])).toBe('');
    expect(csvText([['', 'b']])).toBe(',b\n');
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
    const [[cell, next]] = parse(csvText([[text, 'end']])) as [[string, string]];
    expect([cell, next]).toEqual([text, 'end']);
  });
});
