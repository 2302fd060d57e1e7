import { describe, expect, it } from 'vitest';
import { loadDataset } from '../../../src/shared/data/index.js';
import { parseNotation } from '../../../src/shared/data/notation.js';
import { refusal } from './files.js';

describe('parseNotation', () => {
  it('takes path, part and options apart, whichever of # and ? starts them', () => {
    const parsed = parseNotation('hdf5:a/b.h5#train/left?scale=255');
    expect(parsed).toMatchObject({ reader: 'hdf5', path: 'a/b.h5', part: 'train/left' });
    expect([...parsed.options]).toEqual([['scale', '255']]);
    expect([...parseNotation('csv:f#label=y&header=no').options]).toEqual([
      ['label', 'y'],
      ['header', 'no'],
    ]);
  });

  it('decodes percent signs, so that a column may be named with & or %', () => {
    expect(parseNotation('csv:f#label=a%26b%25').options.get('label')).toBe('a&b%');
  });
});

describe('loadDataset', () => {
  it.each([
    ['mnist.gz', 'data "mnist.gz": no reader'],
    [':x', 'data ":x": no reader'],
    ['png:x', 'data "png:x": unknown reader "png"'],
    ['toString:x', 'data "toString:x": unknown reader "toString"'],
    ['idx:', 'data "idx:": nothing behind the colon'],
    ['idx:a,b,c', 'data "idx:a,b,c": idx takes IMAGES or IMAGES,LABELS'],
    ['idx:a#b', 'data "idx:a#b": "b" is not key=value'],
    ['idx:a?n=5', 'data "idx:a?n=5": unknown key "n"'],
    ['csv:a#lable=y', 'data "csv:a#lable=y": unknown key "lable"'],
    ['csv:a#label=y&label=z', 'data "csv:a#label=y&label=z": the key "label" occurs twice'],
    ['csv:a#label=50%', 'data "csv:a#label=50%": "50%" is not percent-encoded'],
    ['hdf5:a#b#c', 'data "hdf5:a#b#c": "c" is not key=value'],
    ['digits:cursive', 'data "digits:cursive": unknown domain "cursive"'],
    ['digits:__proto__', 'data "digits:__proto__": unknown domain "__proto__"'],
    ['digits:plain?n=many', 'data "digits:plain?n=many": n=many is not an integer ≥ 0'],
    ['digits:plain?n=-1', 'data "digits:plain?n=-1": n=-1 is not an integer ≥ 0'],
  ])('refuses %s', async (notation, message) => {
    expect(await refusal(() => loadDataset(notation))).toMatchObject({ code: 'usage', message });
  });

  it('says what it knows instead of an unknown key', async () => {
    const { hint } = await refusal(() => loadDataset('digits:plain?count=5'));
    expect(hint).toBe('digits knows n, seed');
  });

  it.each([
    'idx:/nowhere/images',
    'csv:/nowhere/table.csv',
    'hdf5:/nowhere/f.h5#g',
    'safetensors:/nowhere/f',
  ])('names the missing file of %s', async (notation) => {
    const { code, message } = await refusal(() => loadDataset(notation));
    expect(code).toBe('not-found');
    expect(message).toMatch(/^no such file: \/nowhere\//);
  });
});
