import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decode } from '../../../../../src/shared/data/pictures/decoders/index.js';
import {
  BIG_ENDIAN,
  DEEP,
  DEFLATED,
  encapsulated,
  pixelElements,
  words,
  writeDicom,
  type DicomFileOptions,
  type Elements,
} from '../../readers/dicom/dicom-file.js';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'dicom-'))));
afterAll(() => rmSync(folder, { recursive: true }));

let written = 0;
async function levels(
  elements: Elements,
  { frame, window, ...how }: DicomFileOptions & { frame?: number; window?: string } = {},
): Promise<number[]> {
  const path = writeDicom(join(folder, `${written++}.dcm`), elements, how);
  const options = window === undefined ? undefined : { window };
  return [...(await decode({ decoder: 'dicom', path, frame, options })).data];
}

const grey = (values: readonly number[], more: Elements = {}): Elements =>
  pixelElements(1, values.length, words(values), { ...DEEP, ...more });

describe('grey values', () => {
  it('of 8 bits stay as they are without a window', async () => {
    expect(await levels(pixelElements(2, 2, Uint8Array.of(0, 7, 200, 255)))).toEqual([
      0, 7, 200, 255,
    ]);
  });

  it('of more bits spread from the least to the largest, and the fill value is none of them', async () => {
    expect(await levels(grey([100, 200, 300]))).toEqual([0, 128, 255]);
    expect(await levels(grey([0, 100, 200, 300], { '00280120 US': 0 }))).toEqual([0, 0, 128, 255]);
  });

  it('with a sign are negative, and bits beside the value are left out', async () => {
    const signed = { '00280103 US': 1, '00281050 DS': '0.5', '00281051 DS': '256' };
    expect(await levels(grey([-128, 0, 127], signed))).toEqual([0, 128, 255]);
    // twelve bits up to bit 11; what lies above is an overlay
    const twelve = { '00280101 US': 12, '00280102 US': 11 };
    expect(await levels(grey([0xf000, 0x0fff], twelve), { window: 'full' })).toEqual([0, 255]);
    const negative = { ...twelve, '00280103 US': 1 };
    expect(await levels(grey([0x0800, 0x07ff], negative), { window: 'full' })).toEqual([0, 255]);
  });

  it('are rescaled before the window', async () => {
    const hounsfield = {
      '00281052 DS': '-1024',
      '00281053 DS': '2',
      '00281050 DS': '40\\300',
      '00281051 DS': '400\\1500',
    };
    // 400 wide around 40: black until -160, white from 239
    expect(await levels(grey([432, 532, 632], hounsfield))).toEqual([0, 128, 255]);
    expect(await levels(grey([432, 532, 632], hounsfield), { window: '240,2' })).toEqual([
      0, 0, 255,
    ]);
  });

  it('go through the functions of windows and the tables of a modality and of a view', async () => {
    const wide = { '00281050 DS': '100', '00281051 DS': '100' };
    const exact = { ...wide, '00281056 CS': 'LINEAR_EXACT' };
    expect(await levels(grey([50, 100, 151], exact))).toEqual([0, 128, 255]);
    const sigmoid = { ...wide, '00281056 CS': 'SIGMOID' };
    expect(await levels(grey([0, 100, 200], sigmoid))).toEqual([5, 128, 250]);
    const table = (entries: number[], first: number): Elements => ({
      '00283002 US': [entries.length, first, 8],
      '00283006 OW': words(entries),
    });
    const voi = { '00283010 SQ': [table([9, 80, 255], 10)] };
    expect(await levels(grey([0, 11, 99], voi))).toEqual([9, 80, 255]);
    const modality = {
      '00283000 SQ': [table([3, 2, 1], 0)],
      '00281050 DS': '2',
      '00281051 DS': '2',
    };
    expect(await levels(grey([0, 1, 2], modality))).toEqual([255, 255, 0]);
  });

  it('of MONOCHROME1 are turned over', async () => {
    const inverted = { '00280004 CS': 'MONOCHROME1' };
    expect(await levels(pixelElements(1, 2, Uint8Array.of(0, 255), inverted))).toEqual([255, 0]);
    expect(await levels(grey([1, 2], inverted))).toEqual([255, 0]);
  });

  it('of one bit are black and white, each frame from its own bit', async () => {
    const bits = { '00280100 US': 1, '00280101 US': 1, '00280102 US': 0, '00280008 IS': '2' };
    const elements = pixelElements(1, 3, Uint8Array.of(0b101_010), bits);
    expect(await levels(elements)).toEqual([0, 255, 0]);
    expect(await levels(elements, { frame: 1 })).toEqual([255, 0, 255]);
  });
});

describe('colours', () => {
  const rgb = { '00280002 US': 3, '00280004 CS': 'RGB', '00280006 US': 0 };

  it('lie side by side, or plane by plane', async () => {
    const side = Uint8Array.of(1, 2, 3, 4, 5, 6);
    expect(await levels(pixelElements(1, 2, side, rgb))).toEqual([1, 2, 3, 4, 5, 6]);
    const planes = { ...rgb, '00280006 US': 1 };
    expect(await levels(pixelElements(1, 2, Uint8Array.of(1, 4, 2, 5, 3, 6), planes))).toEqual([
      1, 2, 3, 4, 5, 6,
    ]);
  });

  it('of a palette are looked up', async () => {
    const entries = (a: number, b: number): Uint8Array => words([a << 8, b << 8]);
    const palette = {
      '00280004 CS': 'PALETTE COLOR',
      '00281101 US': [2, 5, 16],
      '00281102 US': [2, 5, 16],
      '00281103 US': [2, 5, 16],
      '00281201 OW': entries(10, 20),
      '00281202 OW': entries(30, 40),
      '00281203 OW': entries(50, 60),
    };
    expect(await levels(pixelElements(1, 3, Uint8Array.of(0, 5, 6), palette))).toEqual([
      10, 30, 50, 10, 30, 50, 20, 40, 60,
    ]);
  });

  it('as luma and differences become RGB', async () => {
    const ybr = { ...rgb, '00280004 CS': 'YBR_FULL' };
    expect(await levels(pixelElements(1, 1, Uint8Array.of(76, 85, 255), ybr))).toEqual([254, 0, 0]);
    const halved = { ...rgb, '00280004 CS': 'YBR_FULL_422' };
    expect(await levels(pixelElements(1, 2, Uint8Array.of(9, 99, 128, 128), halved))).toEqual([
      9, 9, 9, 99, 99, 99,
    ]);
  });
});

describe('transfer syntaxes', () => {
  it('without compression, either byte first, and deflated', async () => {
    const values = [0, 1000, 2000];
    const big = Buffer.from(words(values)).swap16();
    expect(await levels(grey(values), { syntax: DEFLATED })).toEqual([0, 128, 255]);
    const elements = pixelElements(1, 3, big, DEEP);
    expect(await levels(elements, { syntax: BIG_ENDIAN })).toEqual([0, 128, 255]);
    const bytes = pixelElements(1, 3, Uint8Array.of(2, 1, 0, 3));
    expect(await levels(bytes, { syntax: BIG_ENDIAN })).toEqual([1, 2, 3]);
  });

  it('RLE, a segment for each byte', async () => {
    const head = Buffer.alloc(64);
    [2, 64, 66].forEach((number, i) => head.writeUInt32LE(number, 4 * i));
    // high bytes: 3 × 1; low bytes: 0, 128, 255 as they are
    const frame = Buffer.concat([head, Buffer.from([254, 1, 2, 0, 128, 255])]);
    const elements = grey([0, 0, 0], { '7fe00010 OW': encapsulated([frame]) });
    expect(await levels(elements, { syntax: '.5', encapsulated: true })).toEqual([0, 128, 255]);
  });
});
