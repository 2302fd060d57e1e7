import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadSamples } from '../../../../../src/shared/data/load.js';
import type { PictureSet } from '../../../../../src/shared/data/pictures/types.js';
import { pixelElements, writeDicom, type Elements } from './dicom-file.js';

const PATIENT = 'Mustermann^Erika';
let folder: string;
let notes: string[];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dicom-'));
  mkdirSync(join(folder, 'a'));
  mkdirSync(join(folder, 'b'));
  write('a/1', { '00080060 CS': 'CT', '00180015 CS': 'CHEST ', '00100020 LO': 'p2' });
  write('a/2', { '00080060 CS': 'MR', '00180015 CS': 'HEAD', '00100020 LO': 'p1' });
  write('b/3', { '00080060 CS': 'CT', '00180015 CS': 'HEAD', '00100020 LO': 'p1' });
  write('b/4', { '00080060 CS': 'US', '00280008 IS': '4', '00100020 LO': 'p3' }, 4);
  writeFileSync(join(folder, 'a/readme.txt'), 'not a picture');
  writeDicom(join(folder, 'DICOMDIR'), { '00041220 SQ': [] });
});
beforeEach(() => (notes = []));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, more: Elements, frames = 1): void {
  const pixels = new Uint8Array(4 * frames).fill(9);
  const elements = pixelElements(2, 2, pixels, { '00100010 PN': PATIENT, ...more });
  writeDicom(join(folder, name), elements);
}

async function read(rest: string): Promise<PictureSet> {
  const reporter = { warn: (line: string) => void notes.push(line) };
  const loaded = await loadSamples(`dicom:${folder}${rest}`, { reporter });
  if (loaded.kind !== 'pictures') throw new Error('no pictures');
  return loaded;
}
const said = (rest: string): Promise<string> =>
  read(rest).then(
    () => 'taken',
    (error: unknown) => (error as Error).message,
  );
const names = ({ refs }: PictureSet): string[] =>
  refs.map(({ path, frame }) => `${path.slice(folder.length + 1)}:${frame ?? ''}`);

describe('a folder', () => {
  it('gives all frames, sorted, without what has no pixels and what is no DICOM', async () => {
    const set = await read('');
    expect(names(set)).toEqual(['a/1:0', 'a/2:0', 'b/3:0', 'b/4:0', 'b/4:1', 'b/4:2', 'b/4:3']);
    expect(set.labels).toBeUndefined();
    expect(notes.join('\n')).toMatch(/left out, no DICOM: a\/readme\.txt/);
    expect(notes.join('\n')).toMatch(/1 file without pixels left out/);
  });

  it('gives one frame of each file where asked, and passes the window on', async () => {
    expect(names(await read('#frame=middle')).at(-1)).toBe('b/4:2');
    const { refs } = await read('#frame=first&window=40,400');
    expect(refs).toHaveLength(4);
    expect(refs[0]?.options).toEqual({ window: '40,400' });
  });

  it('takes classes and groups from headers, or folders, and filters', async () => {
    const set = await read('#label=Modality&group=PatientID&where=BodyPartExamined:chest|Head');
    expect(set.classNames).toEqual(['CT', 'MR']);
    expect([...(set.labels ?? [])]).toEqual([0, 1, 0]);
    expect(set.groups?.[1]).toBe(set.groups?.[2]);
    expect(new Set(set.groups).size).toBe(2);
    expect(notes.join('\n')).toMatch(/1 file left out by where=/);
    expect((await read('#label=folder')).classNames).toEqual(['a', 'b']);
  });

  it('leaves out and names what has no class, and keeps what is damaged where none is needed', async () => {
    const bad = join(folder, 'b/5');
    writeFileSync(bad, Buffer.concat([Buffer.alloc(128), Buffer.from('DICMx')]));
    try {
      expect((await read('#frame=first')).count).toBe(5);
      notes = [];
      expect((await read('#frame=first&label=BodyPartExamined')).count).toBe(3);
      expect(notes.join('\n')).toMatch(/b\/4: its header has no BodyPartExamined, .*b\/5: /);
    } finally {
      rmSync(bad);
    }
  });
});

describe('a list', () => {
  it('has columns for classes and groups, and headers fill what is no column', async () => {
    const list = join(folder, 'list.csv');
    writeFileSync(list, 'file,finding,who\na/1,yes,x\nb/3,no,y\na/2,no,x\n');
    try {
      const set = await read('/list.csv#path=file&label=finding&group=who');
      expect(set.classNames).toEqual(['no', 'yes']);
      expect([...(set.labels ?? [])]).toEqual([1, 0, 0]);
      expect(set.groups?.[0]).toBe(set.groups?.[2]);
      const mixed = await read('/list.csv#path=file&label=Modality&group=who');
      expect(mixed.classNames).toEqual(['CT', 'MR']);
      expect((await read('/list.csv#path=file')).labels).toBeUndefined();
      expect(await said('/list.csv#path=file&label=nothing')).toMatch(/label=nothing is no known/);
    } finally {
      rmSync(list);
    }
  });
});

describe('refused', () => {
  it('are keywords that are unknown, each by its name', async () => {
    expect(await said('#label=Modalty')).toMatch(/label=Modalty is no known keyword/);
    expect(await said('#group=Patient')).toMatch(/group=Patient is no known keyword/);
    expect(await said('#where=constructor:1')).toMatch(/where=constructor:1 has no known keyword/);
    expect(await said('#where=Modality')).toMatch(/is no KEYWORD:VALUE/);
    expect(await said('#window=40')).toMatch(/window=40 is no window/);
    expect(await said('#window=40,0')).toMatch(/is no window/);
    expect(await said('#frame=last')).toMatch(/frame=last/);
  });

  it('are classes and filters that say who somebody is', async () => {
    for (const keyword of ['PatientName', 'PatientID', 'StudyInstanceUID', 'AccessionNumber']) {
      expect(await said(`#label=${keyword}`)).toMatch(/names of classes are published/);
      expect(await said(`#where=${keyword}:1`)).toMatch(/who somebody is/);
    }
  });

  it('is a set without any picture', async () => {
    expect(await said('#where=Modality:PT')).toMatch(/no DICOM file with pixels is taken/);
  });
});

it('keeps names and numbers of patients in no part of the set', async () => {
  const set = await read('#group=PatientName&label=Modality');
  expect(JSON.stringify(set)).not.toMatch(/Mustermann|Erika/);
  expect(JSON.stringify(await read('#group=PatientID'))).not.toMatch(/"p[123]"/);
  expect(notes.join('\n')).not.toMatch(/Mustermann|p[123]\b/);
});
