import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { decode } from '../../../../../src/shared/data/pictures/decoders/index.js';
import {
  DEEP,
  DEFLATED,
  dicomBytes,
  encapsulated,
  pixelElements,
  words,
  type DicomFileOptions,
  type Elements,
} from '../../readers/dicom/dicom-file.js';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'dicom-'))));
afterAll(() => rmSync(folder, { recursive: true }));

async function refused(bytes: Uint8Array): Promise<string> {
  const path = join(folder, 'x.dcm');
  writeFileSync(path, bytes);
  try {
    await decode({ decoder: 'dicom', path });
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return `${code ?? 'no code'} ${message.replace(path, '…')}`;
  }
  return 'taken';
}

const file = (elements: Elements, options?: DicomFileOptions): Buffer =>
  dicomBytes(elements, options);
const pixels = Uint8Array.of(1, 2, 3, 4);

it('what is no DICOM file, or ends in the middle', async () => {
  const whole = file(pixelElements(2, 2, pixels));
  expect(await refused(whole)).toBe('taken');
  expect(await refused(Buffer.from('P'))).toBe('data …: is no DICOM file');
  for (let length = 132; length < whole.length; length += 7)
    expect(await refused(whole.subarray(0, length))).toMatch(/^data …: /);
  expect(await refused(whole.subarray(0, -2))).toMatch(/ends in the middle: 2 of 4 bytes/);
});

it('files without pixels', async () => {
  expect(await refused(file({ '00080060 CS': 'SR' }))).toBe('data …: holds no pixels');
});

it('bombs, before anything of their size is allocated', async () => {
  const huge = { '00280010 US': 65535, '00280011 US': 65535 };
  expect(await refused(file(pixelElements(2, 2, pixels, huge)))).toMatch(
    /^limit …: announces 65535 × 65535 pixels/,
  );
  const frames = { '00280008 IS': '99999' };
  expect(await refused(file(pixelElements(2, 2, pixels, frames)))).toMatch(/too few for 99999/);
  const many = { '00280008 IS': '4294967296' };
  expect(await refused(file(pixelElements(2, 2, pixels, many)))).toMatch(/announces 4294967296/);
  const zeros = new Uint8Array(260 * 2 ** 20);
  expect(await refused(file(pixelElements(2, 2, zeros), { syntax: DEFLATED }))).toMatch(
    /^limit …: unpacks to more than/,
  );
});

it('headers that do not fit', async () => {
  const cases: [Elements, RegExp][] = [
    [{ '00280100 US': 12 }, /words of 12 bits/],
    [{ '00280101 US': 9 }, /9 bits up to bit 7/],
    [{ '00280002 US': 4 }, /4 samples a pixel/],
    [{ '00280010 US': 0 }, /announces 2 × 0 pixels/],
    [{ '00281053 DS': '0' }, /rescale slope/],
    [{ '00280004 CS': 'PALETTE COLOR' }, /palette is not there/],
    [{ '00283010 SQ': [{ '00283002 US': [9, 0, 8], '00283006 OW': words([1]) }] }, /too short/],
  ];
  for (const [more, message] of cases)
    expect(await refused(file(pixelElements(2, 2, pixels, more)))).toMatch(message);
  const unknown = file(pixelElements(2, 2, encapsulated([pixels])), {
    syntax: '.4.100',
    encapsulated: true,
  });
  expect(await refused(unknown)).toMatch(/transfer syntax 1\.2\.840\.10008\.1\.2\.4\.100 is not/);
});

it('compressed pixels that are damaged, or of another size than the header says', async () => {
  for (const syntax of ['.4.50', '.4.51', '.4.70', '.4.80', '.4.90', '.4.201', '.5']) {
    const noise = Uint8Array.from({ length: 90 }, (_, i) => (i * 37) & 255);
    const elements = pixelElements(2, 2, encapsulated([noise]), DEEP);
    expect(await refused(file(elements, { syntax, encapsulated: true }))).toMatch(/^data …: /);
  }
  const large = encodedJ2k(64, 64);
  const small = pixelElements(2, 2, encapsulated([await large]));
  expect(await refused(file(small, { syntax: '.4.90', encapsulated: true }))).toMatch(
    /compressed pixels are 64 × 64 × 1, and the header says 2 × 2 × 1/,
  );
});

it('and a codec that has failed decodes the next file', async () => {
  const good = pixelElements(64, 64, encapsulated([await encodedJ2k(64, 64)]));
  const cut = (await encodedJ2k(64, 64)).slice(0, 70);
  const bad = pixelElements(64, 64, encapsulated([cut]));
  const options = { syntax: '.4.90', encapsulated: true };
  expect(await refused(file(bad, options))).toMatch(/^data …: /);
  expect(await refused(file(good, options))).toBe('taken');
});

interface Encoder {
  getDecodedBuffer(info: object): Uint8Array;
  encode(): void;
  getEncodedBuffer(): Uint8Array;
}

async function encodedJ2k(width: number, height: number): Promise<Uint8Array> {
  const make = createRequire(import.meta.url)('@cornerstonejs/codec-openjpeg/wasmjs') as (
    options: object,
  ) => Promise<{ J2KEncoder: new () => Encoder }>;
  const encoder = new (await make({ print: () => undefined })).J2KEncoder();
  encoder
    .getDecodedBuffer({ width, height, bitsPerSample: 8, componentCount: 1, isSigned: false })
    .fill(7);
  encoder.encode();
  return encoder.getEncodedBuffer().slice();
}
