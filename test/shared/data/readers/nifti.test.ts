import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSamples } from '../../../../src/shared/data/load.js';
import { decode } from '../../../../src/shared/data/pictures/decoders/index.js';
import type { PictureSet } from '../../../../src/shared/data/pictures/types.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nifti-'));
  for (const name of ['sick', 'well']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'sick/a.nii'), volume());
  writeFileSync(join(folder, 'well/b.nii.gz'), gzipSync(volume()));
  writeFileSync(join(folder, 'well/readme.txt'), 'no volume');
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Header {
  readonly size?: readonly [number, number, number];
  readonly slope?: number;
  readonly inter?: number;
  readonly type?: number;
  readonly magic?: string;
}

/** int16 whose voxel (i, j, k) is 100·k + 10·j + i, as NIfTI-1 (nifti1.h). */
function volume({
  size = [2, 3, 4],
  slope = 0,
  inter = 0,
  type = 4,
  magic = 'n+1',
}: Header = {}): Buffer {
  const bytes = Buffer.alloc(352 + 2 * 24);
  bytes.writeInt32LE(348, 0);
  [3, ...size, 1, 1, 1, 1].forEach((n, i) => bytes.writeInt16LE(n, 40 + 2 * i));
  bytes.writeInt16LE(type, 70);
  bytes.writeInt16LE(16, 72);
  bytes.writeFloatLE(352, 108);
  bytes.writeFloatLE(slope, 112);
  bytes.writeFloatLE(inter, 116);
  bytes.write(`${magic}\0`, 344, 'latin1');
  for (let n = 0; n < 24; n++) {
    const [i, j, k] = [n % 2, Math.floor(n / 2) % 3, Math.floor(n / 6)];
    bytes.writeInt16LE(100 * k + 10 * j + i, 352 + 2 * n);
  }
  return bytes;
}

async function read(rest: string): Promise<PictureSet> {
  const loaded = await loadSamples(`nifti:${folder}${rest}`);
  if (loaded.kind !== 'pictures') throw new Error('no pictures');
  return loaded;
}

async function levels(rest: string): Promise<{ width: number; height: number; data: number[] }> {
  const { refs } = await read(rest);
  if (!refs[0]) throw new Error('no picture');
  const { width, height, data } = await decode(refs[0]);
  return { width, height, data: [...data] };
}

describe('slices', () => {
  it('lie across any axis of the array, the first index along rows', async () => {
    const window = 'window=0,255';
    expect(await levels(`/sick/a.nii#slice=1&${window}`)).toEqual({
      width: 2,
      height: 3,
      data: [100, 101, 110, 111, 120, 121],
    });
    expect(await levels(`/well/b.nii.gz#axis=0&slice=1&${window}`)).toEqual({
      width: 3,
      height: 4,
      data: [1, 11, 21, 101, 111, 121, 201, 211, 221, 255, 255, 255],
    });
    expect((await levels(`/sick/a.nii#axis=1&slice=2&${window}`)).data.slice(0, 4)).toEqual([
      20, 21, 120, 121,
    ]);
  });

  it('are rescaled, and shown from the 1st to the 99th percentile where no window is named', async () => {
    writeFileSync(join(folder, 'scaled.nii'), volume({ slope: 2, inter: -100 }));
    expect((await levels('/scaled.nii#slice=0&window=-100,155')).data).toEqual([
      0, 2, 20, 22, 40, 42,
    ]);
    const { data } = await levels('/scaled.nii#slice=3');
    expect(data.at(-1)).toBe(255);
    expect((await levels('/scaled.nii#slice=0')).data[0]).toBe(0);
    rmSync(join(folder, 'scaled.nii'));
  });

  it('of one volume are one group, and folders are classes where asked', async () => {
    const set = await read('#slice=all&label=folder');
    expect(set.count).toBe(8);
    expect(set.classNames).toEqual(['sick', 'well']);
    expect(new Set(set.groups).size).toBe(2);
    expect(set.groups?.[0]).toBe(set.groups?.[3]);
    expect(set.notes?.join()).toMatch(/left out, no NIfTI: well\/readme\.txt/);
    expect((await read('')).refs.map(({ frame }) => frame)).toEqual([2, 2]);
  });
});

describe('refused', () => {
  const refused = async (bytes: Buffer, rest = ''): Promise<string> => {
    const path = join(folder, 'x.nii');
    writeFileSync(path, bytes);
    try {
      await levels(`/x.nii${rest}`);
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      return `${code ?? 'no code'} ${message.replace(path, '…')}`;
    } finally {
      rmSync(path);
    }
    return 'taken';
  };

  it('are files that are none, or end in the middle', async () => {
    expect(await refused(volume())).toBe('taken');
    for (const length of [0, 100, 347, 360, 399])
      expect(await refused(volume().subarray(0, length))).toMatch(/^data …: /);
    expect(await refused(gzipSync(volume()).subarray(0, 60))).toMatch(/^data …: /);
  });

  it('are volumes that announce what they do not hold, and types that are not read', async () => {
    expect(await refused(volume({ size: [32767, 32767, 2] }))).toMatch(/^limit …: announces/);
    expect(await refused(volume({ size: [2, -3, 4] }))).toMatch(/announces 2 × -3 × 4/);
    expect(await refused(volume({ size: [200, 3, 4] }))).toMatch(/ends in the middle/);
    expect(await refused(volume({ type: 32 }))).toMatch(/type 32 are not read/);
    expect(await refused(volume({ magic: 'ni1' }))).toMatch(/^data …: /);
    expect(await refused(volume(), '#slice=4')).toMatch(/has 4 slices, and no 4/);
    expect(await refused(volume(), '#window=5,5')).toMatch(/window=5,5 is no LOW,HIGH/);
  });
});
