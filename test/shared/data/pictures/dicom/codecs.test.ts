import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decode } from '../../../../../src/shared/data/pictures/decoders/index.js';
import {
  encapsulated,
  pixelElements,
  writeDicom,
  type Elements,
} from '../../readers/dicom/dicom-file.js';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'dicom-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const SIDE = 48;
/** A picture that no codec finds trivial. */
const drawn = (seed: number, samples = 1): Uint8Array =>
  Uint8Array.from({ length: SIDE * SIDE * samples }, (_, i) => {
    const [x, y] = [Math.floor(i / samples) % SIDE, Math.floor(i / samples / SIDE)];
    return (seed + 3 * x + 2 * y + 40 * (i % samples) + ((x * y) % 11)) & 255;
  });

async function decoded(
  syntax: string,
  frames: readonly Uint8Array[],
  frame = 0,
  more: Elements = {},
): Promise<Uint8Array> {
  const elements = pixelElements(SIDE, SIDE, encapsulated(frames), {
    '00280008 IS': String(frames.length),
    ...more,
  });
  const path = writeDicom(join(folder, 'x.dcm'), elements, { syntax, encapsulated: true });
  return (await decode({ decoder: 'dicom', path, frame })).data;
}

interface Encoder {
  getDecodedBuffer(info: object): Uint8Array;
  encode(): void;
  getEncodedBuffer(): Uint8Array;
  setNearLossless?(near: number): void;
  setQuality?(reversible: boolean, step: number): void;
}

async function encoded(file: string, name: string, pixels: Uint8Array): Promise<Uint8Array> {
  const make = createRequire(import.meta.url)(file) as (
    options: object,
  ) => Promise<Record<string, new () => Encoder>>;
  const Encoder = (await make({ print: () => undefined }))[name];
  if (!Encoder) throw new Error(`no ${name}`);
  const encoder = new Encoder();
  encoder.setNearLossless?.(0);
  if (name === 'HTJ2KEncoder') encoder.setQuality?.(true, 0);
  const info = {
    bitsPerSample: 8,
    componentCount: 1,
    isSigned: false,
    isUsingColorTransform: false,
  };
  encoder.getDecodedBuffer({ width: SIDE, height: SIDE, ...info }).set(pixels);
  encoder.encode();
  return encoder.getEncodedBuffer().slice();
}

describe.each([
  ['JPEG-LS', '.4.80', '@cornerstonejs/codec-charls/wasmjs', 'JpegLSEncoder'],
  ['JPEG 2000', '.4.90', '@cornerstonejs/codec-openjpeg/wasmjs', 'J2KEncoder'],
  ['high-throughput JPEG 2000', '.4.201', '@cornerstonejs/codec-openjph/wasmjs', 'HTJ2KEncoder'],
])('%s', (_, syntax, file, encoder) => {
  it('is decoded without loss, whichever frame', async () => {
    const frames = await Promise.all([1, 2, 3].map((seed) => encoded(file, encoder, drawn(seed))));
    expect(await decoded(syntax, frames)).toEqual(drawn(1));
    expect(await decoded(syntax, frames, 2)).toEqual(drawn(3));
  });
});

describe('JPEG', () => {
  it('baseline is what libjpeg makes of it', async () => {
    const raw = { width: SIDE, height: SIDE, channels: 1 } as const;
    const jpeg = await sharp(drawn(5), { raw })
      .toColourspace('b-w')
      .jpeg({ quality: 98 })
      .toBuffer();
    const found = await decoded('.4.50', [jpeg]);
    const far = drawn(5).filter((level, i) => Math.abs(level - found[i]!) > 8).length;
    expect(far).toBeLessThan(SIDE);
  });

  it('colours that the header calls RGB are taken as they are stored, others converted', async () => {
    const raw = { width: SIDE, height: SIDE, channels: 3 } as const;
    const red = new Uint8Array(SIDE * SIDE * 3).map((_, i) => (i % 3 === 0 ? 250 : 10));
    const jpeg = await sharp(red, { raw })
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .toBuffer();
    const colours = { '00280002 US': 3, '00280006 US': 0 };
    const ybr = await decoded('.4.50', [jpeg], 0, { ...colours, '00280004 CS': 'YBR_FULL_422' });
    expect([...ybr.subarray(0, 3)].map((level) => Math.round(level / 10))).toEqual([25, 1, 1]);
    const rgb = await decoded('.4.50', [jpeg], 0, { ...colours, '00280004 CS': 'RGB' });
    expect(rgb[0]).toBe(82); // the luma of red, which a writer said is red
  });
});
