import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { encode } from 'fast-png';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decode } from '../../../../src/shared/data/pictures/decoders/index.js';
import type { Picture } from '../../../../src/shared/data/pictures/types.js';
import { put, refusal, temporaryFolder } from '../files.js';
import { bands, bmp, drawing, greyTiff } from './drawn.js';

const folder = temporaryFolder();
const decoded = (bytes: Uint8Array, name = 'picture'): Promise<Picture> =>
  decode({ decoder: 'raster', path: put(folder, name, bytes) });
const refused = (bytes: Uint8Array, name = 'picture') => refusal(() => decoded(bytes, name));

/** Largest difference of levels between a picture and the bands. */
function far({ data, channels }: Picture, wanted: Uint8Array): number {
  expect(data.length * (3 / channels)).toBe(wanted.length);
  return wanted.reduce(
    (most, level, i) =>
      Math.max(most, Math.abs(level - data[channels === 3 ? i : Math.floor(i / 3)]!)),
    0,
  );
}

describe('raster', () => {
  it.each([
    ['PNG', () => drawing().png(), 0],
    ['TIFF', () => drawing().tiff({ compression: 'lzw' }), 0],
    ['WebP', () => drawing().webp({ lossless: true }), 0],
    ['JPEG', () => drawing().jpeg({ quality: 95 }), 12],
    ['progressive JPEG', () => drawing().jpeg({ quality: 95, progressive: true }), 12],
    ['GIF', () => drawing().gif(), 40],
    ['PNG with a palette', () => drawing().png({ palette: true }), 40],
    ['PNG with alpha, which is dropped', () => drawing().ensureAlpha(0.3).png(), 0],
    ['PNG of 16 bits', () => drawing().toColourspace('rgb16').png(), 0],
    [
      'JPEG with the profile of a screen, which is not applied',
      () => drawing().withIccProfile('p3').jpeg({ quality: 95, chromaSubsampling: '4:4:4' }),
      255,
    ],
  ])('reads %s', async (_, make, most) => {
    const picture = await decoded(await make().toBuffer());
    expect(picture).toMatchObject({ width: 40, height: 30, channels: 3 });
    expect(far(picture, bands())).toBeLessThanOrEqual(most);
  });

  it('reads grey as one channel, and 16 bits so that 65535 is white', async () => {
    const levels = Uint16Array.of(0, 257, 128 * 257, 65_535);
    const wanted = { width: 2, height: 2, channels: 1, data: Uint8Array.of(0, 1, 128, 255) };
    const png = encode({ width: 2, height: 2, data: levels, depth: 16, channels: 1 });
    for (const bytes of [png, greyTiff(2, levels)]) expect(await decoded(bytes)).toEqual(wanted);
    const grey = await decoded(await drawing().toColourspace('b-w').jpeg().toBuffer());
    expect(grey.channels).toBe(1);
  });

  it('turns a picture as EXIF says, before anything else', async () => {
    const turned = await decoded(await drawing().withMetadata({ orientation: 6 }).png().toBuffer());
    expect([turned.width, turned.height]).toEqual([30, 40]);
    const upright = await drawing().rotate(90).raw().toBuffer();
    expect(far(turned, upright)).toBe(0);
  });

  it('converts CMYK as Pillow does, without a profile', async () => {
    const jpeg = await drawing().toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer();
    const { data } = await sharp(jpeg, { ignoreIcc: true })
      .pipelineColourspace('cmyk')
      .toColourspace('cmyk')
      .raw()
      .toBuffer({ resolveWithObject: true });
    const picture = await decoded(jpeg);
    for (let i = 0; i < 40 * 30; i++)
      for (let c = 0; c < 3; c++) {
        const [ink = 0, black = 0] = [data[4 * i + c], data[4 * i + 3]];
        const exact = ((255 - ink) * (255 - black)) / 255;
        expect(Math.abs(picture.data[3 * i + c]! - exact)).toBeLessThanOrEqual(1);
      }
  });

  it.each([
    ['24 bits', bmp(24)],
    ['24 bits from the top', bmp(24, { topDown: true })],
    ['32 bits', bmp(32)],
    ['16 bits', bmp(16)],
    ['16 bits with masks', bmp(16, { masks: true })],
    ['8 bits with a palette', bmp(8)],
    ['4 bits with a palette', bmp(4)],
  ])('reads a BMP of %s', async (_, bytes) => {
    const { data, ...size } = await decoded(bytes);
    expect(size).toEqual({ width: 3, height: 2, channels: 3 });
    expect([...data.subarray(0, 15)]).toEqual([
      255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0,
    ]);
    for (const grey of data.subarray(15)) expect(Math.abs(grey - 132)).toBeLessThanOrEqual(2);
  });

  it('reads a BMP of one bit', async () => {
    const { data } = await decoded(bmp(1));
    expect([...data].filter((_, i) => i % 3 === 0)).toEqual([0, 0, 0, 255, 0, 0]);
  });

  it('goes by the content and not by the name', async () => {
    expect(await decoded(await drawing().png().toBuffer(), 'really.jpg')).toMatchObject({
      width: 40,
    });
    expect(await decoded(bmp(24), 'really.gif')).toMatchObject({ width: 3 });
  });

  it('takes one frame where a reference names it', async () => {
    const [one, two] = [drawing(), drawing().negate()];
    const pages = await sharp([await one.png().toBuffer(), await two.png().toBuffer()], {
      join: { animated: true },
    })
      .tiff({ compression: 'lzw' })
      .toBuffer();
    const path = put(folder, 'pages.tiff', pages);
    const second = await decode({ decoder: 'raster', path, frame: 1 });
    expect(
      far(
        second,
        bands().map((level) => 255 - level),
      ),
    ).toBe(0);
    expect(await refused(pages)).toMatchObject({
      code: 'data',
      message: expect.stringContaining('holds 2 frames') as string,
    });
  });
});

describe('raster refuses', () => {
  const png = drawing(200, 200).png().toBuffer();
  const jpeg = drawing(200, 200).jpeg().toBuffer();
  /** A PNG that announces other sizes than it has, with the checksum that belongs to them. */
  async function announcing(width: number, height: number): Promise<Buffer> {
    const bytes = Buffer.from(await png);
    bytes.writeUInt32BE(width, 16);
    bytes.writeUInt32BE(height, 20);
    const { crc32 } = await import('node:zlib');
    bytes.writeUInt32BE((crc32 as (data: Uint8Array) => number)(bytes.subarray(12, 29)), 29);
    return bytes;
  }

  it.each([
    ['what is empty', () => Buffer.alloc(0), 'is empty'],
    ['text', () => Buffer.from('no picture at all, but words'), 'is no picture'],
    ['a web page', () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'is no picture'],
    [
      'a JPEG that ends in the middle',
      async () => (await jpeg).subarray(0, 900),
      'ends in the middle or is damaged',
    ],
    [
      'a PNG that ends in the middle',
      async () => (await png).subarray(0, 900),
      'ends in the middle or is damaged',
    ],
    [
      'a JPEG without a frame',
      () => Buffer.from([0xff, 0xd8, 0xff, 0xd9, ...Array<number>(20).fill(0)]),
      'is damaged',
    ],
    ['a BMP that ends in the middle', () => bmp(24).subarray(0, 60), 'the BMP ends in the middle'],
    ['a BMP that ends in its header', () => bmp(24).subarray(0, 30), 'the BMP ends in its header'],
    ['an animation', () => animation(), 'holds 2 frames'],
    ['a TIFF of floats', () => greyTiff(2, new Float32Array(4)), 'pixels of type float'],
  ])('%s', async (_, make, why) => {
    const { code, message } = await refused(await make());
    expect(code).toBe('data');
    expect(message).toContain(why);
    expect(message).toContain(join(folder, 'picture'));
  });

  it('a bomb, by what it announces', async () => {
    expect(await refused(await announcing(60_000, 60_000))).toMatchObject({
      code: 'limit',
      message: expect.stringContaining('announces 60000 × 60000 pixels') as string,
    });
    const large = Buffer.from(bmp(24));
    large.writeInt32LE(60_000, 18);
    large.writeInt32LE(60_000, 22);
    expect(await refused(large)).toMatchObject({ code: 'limit' });
    const wide = Buffer.from(await jpeg);
    const frame = wide.indexOf(Buffer.from([0xff, 0xc0]));
    wide.writeUInt16BE(65_000, frame + 5);
    wide.writeUInt16BE(65_000, frame + 7);
    expect(await refused(wide)).toMatchObject({ code: 'limit' });
  });

  it('a PNG that was changed on its way', async () => {
    const bytes = Buffer.from(await png);
    bytes[bytes.length - 40]! ^= 0xff;
    expect(await refused(bytes)).toMatchObject({ code: 'data' });
  });

  it('a folder, a pipe, and what is not there', async () => {
    const at = (path: string) => refusal(() => decode({ decoder: 'raster', path }));
    mkdirSync(join(folder, 'folder'));
    spawnSync('mkfifo', [join(folder, 'pipe')]);
    symlinkSync('/nowhere', join(folder, 'link'));
    expect((await at(join(folder, 'folder'))).code).toBe('io');
    expect((await at(join(folder, 'pipe'))).message).toContain('not a regular file');
    expect((await at(join(folder, 'link'))).code).toBe('not-found');
  });
});

async function animation(): Promise<Buffer> {
  const frames = [await drawing().png().toBuffer(), await drawing().negate().png().toBuffer()];
  return sharp(frames, { join: { animated: true } })
    .gif()
    .toBuffer();
}

const ODD = '../shared/data/odd-images';
const absent = !existsSync(ODD);
if (absent) console.log(`skipped: ${ODD} is not there, so drawn pictures alone are tried`);

describe.skipIf(absent)('every odd picture', () => {
  const expected = absent
    ? {}
    : (JSON.parse(readFileSync(`${ODD}/expected.json`, 'utf8')) as Record<
        string,
        { is: 'ok' | 'refused'; size?: [number, number] }
      >);
  it.each(Object.entries(expected))('%s', async (name, { is, size = [0, 0] }) => {
    const path = `${ODD}/${name}`;
    const read = (): Promise<Picture> => decode({ decoder: 'raster', path });
    if (is === 'refused') {
      expect((await refusal(read)).message).toContain(path);
      return;
    }
    const { width, height } = await read();
    expect([width, height]).toEqual(name === 'exif-rotated.jpg' ? [...size].reverse() : size);
  });
});
