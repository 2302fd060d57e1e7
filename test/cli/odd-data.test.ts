import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { beforeAll, describe, expect, it } from 'vitest';
import { fedshot } from '../fixtures/built.js';
import { fileDir } from '../fixtures/temp.js';

const dir = fileDir();
const at = (...parts: string[]): string => join(dir, ...parts);
const put = (name: string, text: string): string => {
  writeFileSync(at(name), text);
  return at(name);
};

/** Two classes, named as an attacker would, of a table with a column of words. */
const ESC = '\x1b[2J';
const CLASSES = ['=1+1', `well${ESC}`];
const rows = (n: number, cells: (i: number) => string): string =>
  Array.from({ length: n }, (_, i) => cells(i)).join('\n');
const row = (i: number): string => `${(i % 2) * 4 + (i % 7) / 7},${(i % 5) / 5 - (i % 2) * 3}`;
const TRAIN = ['--arch', 'mlp', '--hidden', '8', '--bottleneck', '8', '--epochs', '20'];

beforeAll(async () => {
  const data = put('a,b #1.csv', `x,y,kind\n${rows(80, (i) => `${row(i)},${CLASSES[i % 2]!}`)}\n`);
  const notation = `csv:${data.replace('#', '%23')}#label=kind`;
  for (const args of [
    ['provider', 'train', '--data', notation, '--out', at('model'), ...TRAIN],
    ['provider', 'init', '--store', at('store')],
    ['provider', 'publish', '--model', at('model'), '--name', 't', '--store', at('store')],
    ['client', 'init', '--trust', at('store', 'trust.json'), '--home', at('site')],
    ['client', 'pull', '--from', at('store'), '--name', 't', '--home', at('site')],
  ]) {
    const run = await fedshot(...args);
    if (run.code !== 0) throw new Error(`${args.join(' ')}: ${run.err}`);
  }
}, 120_000);

const predict = (data: string, ...more: string[]) =>
  fedshot(
    ...['client', 'predict', '--home', at('site'), '--name', 't', '--source-model'],
    ...['--data', data, ...more],
  );

describe('predict', () => {
  it('takes formulas and control characters out of names, leaves aside words, numbers rows as the file', async () => {
    const text = `id,y,name,x\n1,0.2,Ann,0.1\n,,,\n3,-2.8,Bob,4.2\n`;
    const run = await predict(`csv:${put('site.csv', text)}`);
    expect(run.code, run.err).toBe(0);
    const found = parse<{ index: string; class: string }>(run.out, { columns: true });
    expect(found.map(({ index }) => index)).toEqual(['0', '2']);
    expect(found.map((one) => one.class)).toEqual(["'=1+1", 'well\\x1b[2J']);
    expect(run.out + run.err).not.toContain('\x1b');
    expect(run.err).toMatch(/1 row without any value is left out.*line 3/);
    expect(run.err).toMatch(/left aside.*id, name/);
  });

  it('reads a path with a comma and a # within the sandbox', async () => {
    const data = at('a,b #1.csv').replace('#', '%23');
    expect((await predict(`csv:${data}`)).code).toBe(0);
  });

  it('writes the file as it prints', async () => {
    const run = await predict(`csv:${at('site.csv')}`, '--out', at('out.csv'));
    expect(run.code, run.err).toBe(0);
    expect(readFileSync(at('out.csv'), 'utf8')).toMatch(/^0,'=1\+1,/m);
    expect(readFileSync(at('out.csv'), 'utf8')).not.toContain('\x1b');
  });
});

describe('a virtual dataset', () => {
  it('is never trained on as zeros: its sources are named, or named as missing', async () => {
    for (const name of ['virtual.h5', 'part-a.h5', 'part-b.h5'])
      cpSync(join('test/fixtures/odd', name), at(name));
    const train = (options: string) =>
      fedshot(
        ...['provider', 'train', '--data', `hdf5:${at('virtual.h5')}${options}`],
        ...['--out', at('virtual'), ...TRAIN],
      );
    const told = await train(`?sources=${at('part-a.h5')},${at('part-b.h5')}`);
    // three classes of four samples are too few to learn, so that much is said of the labels
    expect(told.err).toMatch(/3 classes in 4 samples/);
    expect(told.code).toBe(3);
    cpSync(join('test/fixtures/odd', 'virtual-missing.h5'), at('virtual.h5'));
    const missing = await train('');
    expect(missing.code).toBe(3);
    expect(missing.err).toMatch(/lies in another file, part-[ac]\.h5/);
    expect(missing.err).toMatch(/sources=/);
  }, 60_000);
});

describe('options of training', () => {
  it.each([
    ['--batch', '1', /--batch.*at least 2: batch normalisation/],
    ['--classes', '1,2,3', /label "=1\+1" of sample 0 is outside the 3 classes/],
  ])('%s %s is refused with the reason', async (flag, value, why) => {
    const data = at('a,b #1.csv').replace('#', '%23');
    const run = await fedshot(
      ...['provider', 'train', '--data', `csv:${data}#label=kind`, '--out', at('none')],
      ...[...TRAIN, flag, value],
    );
    expect(run.code).not.toBe(0);
    expect(run.err).toMatch(why);
  });

  it('--classes may be the labels’ own numbers, from 1', async () => {
    const data = put(
      'ten.csv',
      `x,y\n${rows(60, (i) => `${(i % 10) + (i % 3) / 3},${1 + (i % 10)}`)}\n`,
    );
    const run = await fedshot(
      ...['provider', 'train', '--data', `csv:${data}#label=y`, '--out', at('ten'), ...TRAIN],
      ...['--classes', '1,2,3,4,5,6,7,8,9,10', '--json'],
    );
    expect(run.code, run.err).toBe(0);
    expect(JSON.parse(run.out)).toMatchObject({
      classes: ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10'],
    });
  });
});
