import { describe, expect, it } from 'vitest';
import { loadDataset } from '../../../../src/shared/data/index.js';
import { put, temporaryFolder } from '../files.js';
import { expectOutcome, type Outcome } from './cases.js';

const folder = temporaryFolder();
const refused = (message: RegExp, hint?: RegExp): Outcome => ({ code: 'data', message, hint });
const check = (text: string | Uint8Array, options: string, outcome: Outcome): Promise<void> =>
  expectOutcome(`csv:${put(folder, 'odd.csv', text)}${options}`, outcome);

describe('encodings of tables', () => {
  const TEXT = 'naïve,zähl,befund\n1,2,schön\n3,4,schän\n';
  const names: Outcome = {
    columns: ['naïve', 'zähl'],
    x: [1, 2, 3, 4],
    labels: ['schön', 'schän'],
  };
  const latin = Buffer.from(TEXT, 'latin1');
  const little = Buffer.from(TEXT, 'utf16le');
  const bigEndian = Buffer.from(little).swap16();
  const marked = (mark: number[], bytes: Uint8Array): Buffer =>
    Buffer.concat([Buffer.from(mark), bytes]);

  it.each<[string, string | Uint8Array, string, Outcome]>([
    ['UTF-8', TEXT, '', names],
    ['UTF-8 with its mark', `\ufeff${TEXT}`, '', names],
    ['Windows-1252 unsaid', latin, '', refused(/line 1 is not UTF-8/, /encoding=windows-1252/)],
    [
      'Windows-1252 unsaid, below the header',
      Buffer.from('a,y\n1,stumm\n2,stärr\n3,x\n', 'latin1'),
      '',
      refused(/line 3 is not UTF-8/, /encoding=/),
    ],
    ['Windows-1252', latin, '&encoding=windows-1252', names],
    ['Latin 1', latin, '&encoding=latin1', names],
    ['UTF-16', little, '', names],
    ['UTF-16, the other order', bigEndian, '', names],
    ['UTF-16 said', bigEndian, '&encoding=utf-16be', names],
    ['UTF-16 with its mark', marked([0xff, 0xfe], little), '', names],
    ['UTF-16 with its mark, the other order', marked([0xfe, 0xff], bigEndian), '', names],
    ['a mark against what is said', `\ufeff${TEXT}`, '&encoding=latin1', refused(/mark of utf-8/)],
    ['UTF-32', marked([0xff, 0xfe, 0, 0], Buffer.alloc(8)), '', refused(/UTF-32/)],
    [
      'the wrong one of several',
      Buffer.from([0x61, 0x0a, 0x81, 0x0a]),
      '&encoding=windows-1252',
      refused(/line 2 has no letter for a byte/),
    ],
    ['an unknown one', TEXT, '&encoding=ebcdic', { code: 'usage', message: /encoding=ebcdic/ }],
    ['letters lost before', TEXT.replaceAll('ö', '\ufffd'), '', refused(/line 2 holds U\+FFFD/)],
    ['a zero byte', 'a,befund\n1,\0\n', '', refused(/line 2 holds a zero byte/)],
  ])('%s', async (_, bytes, options, outcome) => {
    await check(bytes, `#label=befund${options}`, outcome);
  });
});

describe('separators and numbers of tables', () => {
  it.each<[string, string, string, Outcome]>([
    ['semicolons unsaid', 'a;b\n1.5;2\n', '', refused(/"1\.5;2" is not a number/, /sep=semicolon/)],
    [
      'semicolons and decimal commas unsaid',
      'a;b;c\n1,5;2,5;1\n',
      '',
      refused(/Record Length/, /sep=semicolon/),
    ],
    ['semicolons', 'a;b\n1.5;2\n', '?sep=;', { columns: ['a', 'b'], x: [1.5, 2] }],
    ['semicolons by name', 'a;b\n1.5;2\n', '?sep=semicolon', { x: [1.5, 2] }],
    ['as a spreadsheet declares them', 'sep=;\na;b\n1;2\n', '', { columns: ['a', 'b'] }],
    [
      'tabs, the first cell empty',
      'a\tb\n\t2\n1\t3\n',
      '?sep=tab',
      { x: [NaN, 2, 1, 3], missing: [1, 0] },
    ],
    ['a tab itself', 'a\tb\n1\t3\n', '?sep=%09', { x: [1, 3] }],
    ['pipes', 'a|b\n1|2\n', '?sep=|', { x: [1, 2] }],
    ['pipes unsaid', 'a|b\n1|2\n', '', refused(/"1\|2"/, /sep=pipe/)],
    [
      'runs of spaces',
      '  a   b\n  1   2.5\n 10  3 \n',
      '?sep=space',
      { columns: ['a', 'b'], x: [1, 2.5, 10, 3] },
    ],
    ['spaces within quotes', 'a y\n1 "so  so"\n', '?sep=space&label=y', { labels: ['so  so'] }],
    ['spaces unsaid', 'a  b\n1   2\n', '', refused(/"1 {3}2"/, /sep=space/)],
    ['two words for it', 'a\n1\n', '?sep=;&separator=tab', { code: 'usage', message: /give one/ }],
    [
      'decimal commas unsaid',
      'a,b\n1,"2,5"\n',
      '',
      refused(/"2,5" is not a number/, /decimal=comma/),
    ],
    ['decimal commas', 'a;b\n1,5;-2,25\n', '?sep=;&decimal=,', { x: [1.5, -2.25] }],
    [
      'points under decimal commas',
      'a;b\n1;1.234,5\n',
      '?sep=;&decimal=comma',
      refused(/"1\.234,5"/),
    ],
    ['hexadecimal', 'a,b\n1,0x1F\n', '', refused(/"0x1F" is not a number/)],
    ['a quoted space', 'a,b\n1," "\n', '', { x: [1, NaN], missing: [0, 1] }],
    [
      'a whole column of truth values',
      'a,b\n1,True\n2,FALSE\n3,\n',
      '',
      { x: [1, 1, 2, 0, 3, NaN] },
    ],
    ['truth values among numbers', 'a,b\n1,True\n2,5\n', '', refused(/row 1, column "b": "True"/)],
    [
      'codes for missing',
      'a,b\n-9,1\n2,-9.0\n3,unk\n',
      '?missing=-9,UNK',
      { x: [NaN, 1, 2, NaN, 3, NaN], missing: [1, 2] },
    ],
    ['codes for missing that nobody named', 'a,b\n-9,1\n', '', { x: [-9, 1], missing: [0, 0] }],
  ])('%s', async (_, text, options, outcome) => {
    await check(text, options, outcome);
  });
});

describe('headers, rows and columns of tables', () => {
  it.each<[string, string, string, Outcome]>([
    [
      'the index of pandas',
      ',a,b\n0,1,2\n1,3,4\n',
      '',
      { columns: ['a', 'b'], x: [1, 2, 3, 4], says: [/column 0 has no name and is left aside/] },
    ],
    [
      'an index of words',
      ',a,b\nx,1,2\ny,3,4\n',
      '',
      { columns: ['a', 'b'], says: [/left aside/] },
    ],
    [
      'an index read and written again',
      'Unnamed: 0,a\n7,1\n8,3\n',
      '',
      { columns: ['a'], says: [/left aside/] },
    ],
    [
      'another column without a name',
      'a,,b\n1,2,3\n',
      '',
      refused(/column 1 has no name/, /ignore=1/),
    ],
    ['a separator at the end of each line', 'a,b,\n1,2,\n3,4,\n', '', { columns: ['a', 'b'] }],
    ['names that are 0, 1, 2', '0,1,2\n5,6,7\n', '', refused(/first row is 0, 1, 2/, /header=/)],
    ['a name that is a number', 'a,2020\n1,2\n', '', refused(/"a" is not a number/, /header=yes/)],
    [
      'rows of separators',
      'a,b\n1,2\n,\n3,4\n\n , \n5,6\nNA,?\n',
      '',
      {
        count: 3,
        x: [1, 2, 3, 4, 5, 6],
        says: [/1 empty line/, /3 rows without any value.* line 3, 6, 8/],
      },
    ],
    ['nothing but rows of separators', 'a,b\n,\n,\n', '', refused(/no samples/)],
    ['every second cell', 'a,b\n1,2\n,3\n4,5\n,6\n', '', { count: 4, missing: [2, 0] }],
    [
      'several columns of words',
      'name,age,city\nAnn,61,Ulm\nBob,40,Graz\n',
      '',
      refused(/2 columns hold words, "name", "city"/, /ignore=name,city/),
    ],
    [
      'words where the name cannot be written',
      '"na,me",age\nAnn,61\n',
      '',
      refused(/"Ann"/, /ignore=0$/),
    ],
    ['a web page', '<!DOCTYPE html><html></html>', '', refused(/no table/, /web page/)],
    ['an unclosed quote', 'a,b\n1,"2\n', '', refused(/quote/i)],
  ])('%s', async (_, text, options, outcome) => {
    await check(text, options, outcome);
  });

  it('names the row in the file, though rows before it are left out', async () => {
    await check('a,b\n,\n1,2\n3,x\n', '', refused(/row 3, column "b": "x"/));
    const file = put(folder, 'gap.csv', 'a,b\n1,2\n,\n3,4\n');
    expect((await loadDataset(`csv:${file}`)).rowNumbers).toEqual([0, 2]);
  });

  it('leaves aside what the model does not take, words too, and says so', async () => {
    const file = put(folder, 'more.csv', 'id,b,name,a\n7,2,Ann,1\n8,4,Bob,3\n');
    const takes = { kind: 'table', columns: ['a', 'b'] } as const;
    const outcome = { columns: ['b', 'a'], x: [2, 1, 4, 3], says: [/left aside.*: id, name$/] };
    await expectOutcome(`csv:${file}`, outcome, takes);
    await expectOutcome(`csv:${file}`, refused(/column "name"/));
  });

  it.each([
    [100_001, 'limit'],
    [300_000, 'limit'],
  ] as const)('refuses %i columns by name', async (n, code) => {
    const row = Array.from({ length: n }, () => '1').join();
    await check(`${row}\n${row}\n`, '', {
      code,
      message: new RegExp(`${n} columns`),
      hint: /choose/,
    });
  });
});

describe('labels of tables', () => {
  it.each<[string, string, string, Outcome]>([
    [
      'numbers of two spellings',
      'a,y\n1,2\n2,2.0\n3,03\n4,3\n',
      '',
      { labels: ['2', '2', '3', '3'] },
    ],
    ['numbers of one other spelling', 'a,y\n1,1.0\n2,2.0\n', '', { labels: ['1.0', '2.0'] }],
    ['names of wells', 'a,y\n1,1E5\n2,10E4\n', '', { labels: ['1E5', '10E4'] }],
    [
      'numbers beyond a double',
      'a,y\n1,90071992547409931\n2,90071992547409932\n',
      '',
      { labels: ['90071992547409931', '90071992547409932'] },
    ],
    [
      'case',
      'a,y\n1,Pos\n2,POS\n3,neg\n',
      '',
      refused(/"Pos", "POS" differ in case or space only/, /labels=fold/),
    ],
    ['space', 'a,y\n1,pos\n2,"pos "\n', '', refused(/"pos", "pos " differ/)],
    ['inner space', 'a,y\n1,grade 2\n2,grade  2\n', '', refused(/differ in case or space/)],
    ['composed letters', 'a,y\n1,caf\u00e9\n2,cafe\u0301\n', '', refused(/differ/)],
    [
      'spellings folded',
      'a,y\n1,Pos\n2," pos"\n3,pos\n4,neg\n5,pos\n',
      '&labels=fold',
      { labels: ['pos', 'pos', 'pos', 'neg', 'pos'] },
    ],
    [
      'a code for missing',
      'a,y\n1,p\n2,99\n',
      '&missing=99',
      refused(/row 2 has no label/, /"99" stands for a missing value/),
    ],
  ])('%s', async (_, text, options, outcome) => {
    await check(text, `#label=y${options}`, outcome);
  });
});
