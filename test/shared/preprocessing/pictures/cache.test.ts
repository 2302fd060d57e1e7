import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  loadPictures,
  type CacheOptions,
} from '../../../../src/shared/preprocessing/pictures/index.js';
import type { PictureStep } from '../../../../src/shared/preprocessing/steps.js';
import { drawing } from '../../data/pictures/drawn.js';
import { refusal, temporaryFolder } from '../../data/files.js';
import { epoch, SHAPE, STEPS } from './requests.js';
import { somePictures, taken } from './some-pictures.js';

const COUNT = 20;
const { set } = await somePictures(COUNT);
const open = (cache?: CacheOptions, workers = 0, notes: string[] = []) =>
  loadPictures(set, {
    steps: STEPS,
    shape: SHAPE,
    workers,
    cache,
    onNote: (line) => void notes.push(line),
  });
const all = () => epoch(COUNT, 8);
const plain = await taken(open(), all());

/** Another picture in the place of one, as if nothing had happened to the file. */
async function exchange(sample: number, keepTime: boolean): Promise<() => void> {
  const { path } = set.refs[sample]!;
  const before = readFileSync(path);
  const { atime, mtime } = statSync(path);
  const other = await drawing(24, 20).negate().png().toBuffer();
  const padded = Buffer.concat([other, Buffer.alloc(before.length)]).subarray(0, before.length);
  writeFileSync(path, padded);
  if (keepTime) utimesSync(path, atime, mtime);
  return () => {
    writeFileSync(path, before);
    utimesSync(path, atime, mtime);
  };
}

describe('a cache', () => {
  it('gives the same bits, whether a picture is decoded or kept', async () => {
    for (const workers of [0, 2]) {
      const pictures = open({ folder: temporaryFolder() }, workers);
      for (let i = 0; i < 3; i++) expect(await taken(pictures, all())).toEqual(plain);
      await pictures.close();
    }
  });

  it('is what pictures come from the second time', async () => {
    const pictures = open({ folder: temporaryFolder() });
    await taken(pictures, all());
    const back = await exchange(3, true);
    expect(await taken(pictures, all())).toEqual(plain);
    back();
    await pictures.close();
  });

  it('decodes a file again that was changed', async () => {
    const pictures = open({ folder: temporaryFolder() });
    await taken(pictures, all());
    const back = await exchange(3, false);
    const [first] = await taken(pictures, all());
    expect(first).not.toEqual(plain[0]);
    back();
    expect(await taken(pictures, all())).toEqual(plain);
    await pictures.close();
  });

  it('leaves no name in its folder, which nobody else may read', async () => {
    const folder = join(temporaryFolder(), 'cache');
    const pictures = open({ folder });
    await taken(pictures, all());
    expect(readdirSync(folder)).toEqual([]);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    await pictures.close();
  });

  it('takes no more than it may, and says so', async () => {
    const notes: string[] = [];
    const pictures = open({ folder: temporaryFolder(), limit: 5 * 20 * 20 * 3 }, 0, notes);
    for (let i = 0; i < 2; i++) expect(await taken(pictures, all())).toEqual(plain);
    await pictures.close();
    expect(notes).toEqual(['the cache is full: 30 times a picture found no room']);
  });
});

describe('a cache that is kept', () => {
  it('is found again, for the same files and steps', async () => {
    const folder = temporaryFolder();
    const first = open({ folder, keep: true });
    await taken(first, all());
    await first.close();
    expect(readdirSync(folder).sort()).toEqual(['index.json', 'lock', 'pictures']);
    expect(statSync(join(folder, 'pictures')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, 'index.json'), 'utf8')).not.toContain('.png');
    const back = await exchange(3, true);
    const second = open({ folder, keep: true });
    expect(await taken(second, all())).toEqual(plain);
    await second.close();
    back();
  });

  it('is begun anew for other steps, and where its index says nothing', async () => {
    const folder = temporaryFolder();
    const first = open({ folder, keep: true });
    await taken(first, all());
    await first.close();
    const small: PictureStep[] = [
      { step: 'colour', to: 'rgb' },
      { step: 'resize', filter: 'bilinear', to: { height: 16, width: 16 } },
    ];
    const options = { steps: small, shape: SHAPE, workers: 0 };
    const wanted = await taken(loadPictures(set, options), all());
    const other = loadPictures(set, { ...options, cache: { folder, keep: true } });
    expect(await taken(other, all())).toEqual(wanted);
    await other.close();
    writeFileSync(join(folder, 'index.json'), '{"format": 1');
    const third = open({ folder, keep: true });
    expect(await taken(third, all())).toEqual(plain);
    await third.close();
  });

  it('belongs to one run at a time', async () => {
    const folder = temporaryFolder();
    const first = open({ folder, keep: true });
    expect(await refusal(() => open({ folder, keep: true }))).toMatchObject({ code: 'io' });
    await first.close();
    await open({ folder, keep: true }).close();
  });

  it('believes no index that points beyond its file', async () => {
    const folder = temporaryFolder();
    const first = open({ folder, keep: true });
    await taken(first, all());
    await first.close();
    writeFileSync(join(folder, 'pictures'), 'short');
    const second = open({ folder, keep: true });
    expect(await taken(second, all())).toEqual(plain);
    await second.close();
  });
});
