import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesOfNotation, loadSamples } from '../../../../src/shared/data/index.js';
import type { PictureSet } from '../../../../src/shared/data/pictures/types.js';
import { put, refusal, temporaryFolder } from '../files.js';
import { bmp } from '../pictures/drawn.js';

/** Makes files in a new folder: their bytes do not matter until they are decoded. */
function files(...names: readonly string[]): string {
  const folder = temporaryFolder();
  for (const name of names) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    put(folder, name, name.endsWith('.dat') ? bmp(24) : 'x');
  }
  return folder;
}

async function read(notation: string): Promise<PictureSet & { warned: string[] }> {
  const warned: string[] = [];
  const warn = (line: string): void => void warned.push(line);
  const set = await loadSamples(notation, { reporter: { warn } });
  if (set.kind !== 'pictures') throw new Error('no pictures');
  return { ...set, warned };
}

const below = (folder: string, { refs }: PictureSet): string[] =>
  refs.map(({ path }) => relative(folder, path));

describe('images: of a folder', () => {
  it('takes one folder per class, sorted by name', async () => {
    const folder = files('sick/b.jpg', 'sick/a.png', 'well/c.JPEG', 'sick/B.tif');
    const set = await read(`images:${folder}`);
    expect(below(folder, set)).toEqual(['sick/B.tif', 'sick/a.png', 'sick/b.jpg', 'well/c.JPEG']);
    expect(set).toMatchObject({ count: 4, classNames: ['sick', 'well'], warned: [] });
    expect(set.labels).toEqual(Int32Array.of(0, 0, 0, 1));
    expect(new Set(set.refs.map(({ decoder }) => decoder))).toEqual(new Set(['raster']));
  });

  it('takes a folder without folders as pictures without labels', async () => {
    const folder = files('2.png', '10.png', '1.png');
    const set = await read(`images:${folder}`);
    expect(below(folder, set)).toEqual(['1.png', '10.png', '2.png']);
    expect(set.labels).toBeUndefined();
  });

  it('takes all that lies below a class as part of it', async () => {
    const folder = files('well/p2/x.png', 'well/p10/y.png', 'sick/z.png');
    const set = await read(`images:${folder}#group=^([^/]%2B)`);
    expect(below(folder, set)).toEqual(['sick/z.png', 'well/p10/y.png', 'well/p2/x.png']);
    expect(set.groups).toEqual(['z.png', 'p10', 'p2']);
  });

  it('leaves out what is no picture, and names it', async () => {
    const folder = files(
      'a/1.png',
      'a/.hidden.png',
      'a/Thumbs.db',
      '.git/x.png',
      'b/notes.txt',
      'readme',
    );
    const set = await read(`images:${folder}`);
    expect(below(folder, set)).toEqual(['a/1.png']);
    expect(set.classNames).toEqual(['a']);
    expect(set.warned.map((line) => line.replace(`${folder}: `, ''))).toEqual([
      '2 files left out that are no pictures: readme, notes.txt',
      '3 hidden files and folders left out',
      'no pictures in b: no class of the data',
    ]);
  });

  it('looks into files whose names say nothing', async () => {
    const folder = files('scan-1.dat', 'list.xyz');
    expect(below(folder, await read(`images:${folder}`))).toEqual(['scan-1.dat']);
  });

  it('takes what a pattern finds for the group, in the path below the class', async () => {
    const folder = files('a/p1_1.png', 'a/p1_2.png', 'b/p2_1.png');
    const set = await read(`images:${folder}#group=^(p%5Cd%2B)_`);
    expect(set.groups).toEqual(['p1', 'p1', 'p2']);
  });

  it('follows links, but not in circles', async () => {
    const folder = files('a/1.png');
    symlinkSync(join(folder, 'a'), join(folder, 'b'));
    expect((await read(`images:${folder}`)).count).toBe(2);
    symlinkSync(join(folder, 'a'), join(folder, 'a/again'));
    expect((await refusal(() => read(`images:${folder}`))).hint).toBe('does a link lead back?');
  });

  it('shows a sandbox the folder and opens nothing for it', () => {
    expect(filesOfNotation('images:/nowhere/at-all')).toEqual(['/nowhere/at-all']);
  });
});

describe('images: refuses', () => {
  it.each([
    [
      'pictures beside folders',
      () => `images:${files('a/1.png', '2.png')}`,
      /1 pictures lie beside/,
    ],
    ['a folder without pictures', () => `images:${files('a.txt')}`, /: no pictures$/],
    [
      'classes whose names differ in case',
      () => `images:${files('Dog/1.png', 'dog/1.png')}`,
      /differ in case/,
    ],
    ['a file that is no list', () => `images:${files('a.png')}/a.png`, /a folder or a list/],
    ['a folder that is not there', () => 'images:/nowhere', /no such folder/],
    [
      'a group that says nothing',
      () => `images:${files('a/1.png')}#group=^(p)_`,
      /says nothing of 1 files/,
    ],
    ['a pattern without a group', () => `images:${files('a/1.png')}#group=^p`, /no group/],
    ['a pattern that is none', () => `images:${files('a/1.png')}#group=(`, /no regular expression/],
    [
      'a pattern that takes for ever',
      () => `images:${files('a/1.png')}#group=((a%2B)%2B)$`,
      /repeats/,
    ],
    [
      'keys of a table',
      () => `images:${files('a/1.png')}#root=x`,
      /root= says nothing of a folder/,
    ],
  ])('%s', async (_, make, message) => {
    const notation = make();
    expect((await refusal(() => read(notation))).message).toMatch(message);
  });
});

describe('images: of a table', () => {
  const folder = files('x/1.png', 'x/2.png');
  const table = put(folder, 'list.csv', 'file,finding,patient\nx/1.png,sick,p1\nx/2.png,well,p2\n');

  it('takes the files, labels and groups that columns name', async () => {
    const set = await read(`images:${table}#path=file&label=finding&group=patient`);
    expect(below(folder, set)).toEqual(['x/1.png', 'x/2.png']);
    expect(set).toMatchObject({ classNames: ['sick', 'well'], groups: ['p1', 'p2'] });
    expect(set.labels).toEqual(Int32Array.of(0, 1));
    expect((await read(`images:${table}#path=file`)).labels).toBeUndefined();
  });

  it('begins paths in the folder that root= names, and shows it to a sandbox', async () => {
    const other = put(temporaryFolder(), 'list.csv', 'file\n1.png\n');
    const notation = `images:${other}#path=file&root=${folder}/x`;
    expect(below(folder, await read(notation))).toEqual(['x/1.png']);
    expect(filesOfNotation(notation)).toEqual([other, `${folder}/x`]);
    expect(filesOfNotation(`images:${table}#path=file`)).toEqual([table, folder]);
  });

  it('names numbers by classes=', async () => {
    const numbers = put(folder, 'numbers.csv', 'file,c\nx/1.png,1\nx/2.png,0\n');
    const set = await read(`images:${numbers}#path=file&label=c&classes=well,sick`);
    expect(set.classNames).toEqual(['well', 'sick']);
    expect(set.labels).toEqual(Int32Array.of(1, 0));
    const beyond = `images:${numbers}#path=file&label=c&classes=well`;
    expect((await refusal(() => read(beyond))).message).toContain(
      'label 1 of picture 1 is none of the 1 classes',
    );
  });

  it.each([
    ['no column', '', /which column/],
    ['a column that is not there', '#path=files', /no column "files"/],
    ['files that are elsewhere', '#path=finding', /sick is not there/],
  ])('refuses %s', async (_, options, message) => {
    expect((await refusal(() => read(`images:${table}${options}`))).message).toMatch(message);
  });

  it('refuses a row without a label', async () => {
    const gap = put(folder, 'gap.csv', 'file,c\nx/1.png,1\nx/2.png,\n');
    const { message } = await refusal(() => read(`images:${gap}#path=file&label=c`));
    expect(message).toContain('line 3 has no label');
  });
});

describe('images: of lines', () => {
  const folder = files('x/1.png', 'x/a b.png');

  it('takes path and label, as the original does', async () => {
    const list = put(folder, 'list.txt', 'x/1.png 3\nx/a b.png 0\r\n\n');
    const set = await read(`images:${list}`);
    expect(below(folder, set)).toEqual(['x/1.png', 'x/a b.png']);
    expect(set).toMatchObject({ classNames: ['0', '3'], matching: { numbers: true } });
    expect(set.labels).toEqual(Int32Array.of(1, 0));
    const named = await read(`images:${list}#classes=bike,mug,cup,car`);
    expect(named.classNames).toEqual(['bike', 'mug', 'cup', 'car']);
    expect(named.labels).toEqual(Int32Array.of(3, 0));
  });

  it('takes paths alone as pictures without labels', async () => {
    const list = put(folder, 'plain.lst', 'x/1.png\nx/a b.png\n');
    const set = await read(`images:${list}`);
    expect(below(folder, set)).toEqual(['x/1.png', 'x/a b.png']);
    expect(set.labels).toBeUndefined();
  });

  it('refuses a line without a label among others', async () => {
    const list = put(folder, 'gap.txt', 'x/1.png 0\nx/2.png\n');
    expect((await refusal(() => read(`images:${list}`))).message).toContain('line 2 has no label');
  });
});
