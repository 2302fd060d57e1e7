import { describe, it } from 'vitest';
import { serializeSafetensors, type Dtype } from '../../../../src/shared/format/safetensors.js';
import { put, temporaryFolder } from '../files.js';
import { expectOutcome, type Outcome } from './cases.js';

const ODD = 'test/fixtures/odd';
const folder = temporaryFolder();
const ROWS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
const labelled: Outcome = { kind: 'table', shape: [3], x: ROWS, labels: ['1', '4', '7', '4'] };
const refused = (message: RegExp, hint?: RegExp): Outcome => ({ code: 'data', message, hint });

describe('NumPy files', () => {
  it.each<[string, Outcome]>([
    ['npz:plain.npz', labelled],
    ['npz:packed.npz', { x: ROWS, labels: ['yes', 'no', 'no', 'yes'] }],
    [
      'npz:unnamed.npz',
      { code: 'not-found', message: /no array/, hint: /"arr_0", "arr_1".*x=NAME/ },
    ],
    ['npz:unnamed.npz?x=arr_0&y=arr_1', labelled],
    ['npz:objects.npz', refused(/elements of type '\|O' are not read/)],
    ['npz:flipped.npz', refused(/checksum is wrong/)],
    ['npy:half.npy', { x: ROWS }],
    ['npy:half.npy,labels.npy', labelled],
    ['npy:bool.npy', { kind: 'image', x: [0, 1, 0, 1] }],
    ['npy:fields.npy', refused(/elements of type \[\('age'/)],
    ['npy:half.npy,labels.npy,half.npy', { code: 'usage', message: /SAMPLES or SAMPLES,LABELS/ }],
    ['npz:half.npy', refused(/damaged npz/, /NumPy array: read it with npy:FILE/)],
    ['safetensors:plain.npz', refused(/no safetensors file/, /zip archive.*npz:FILE/)],
    ['safetensors:part-a.h5', refused(/no safetensors file/, /HDF5: read it with hdf5:FILE/)],
    ['hdf5:plain.npz', refused(/file signature not found/, /npz:FILE/)],
    ['idx:half.npy', refused(/magic 0x934e554d/, /npy:FILE/)],
    ['csv:plain.npz', refused(/no table of text/, /npz:FILE/)],
  ])('%s', async (notation, outcome) => {
    const [reader = '', files = ''] = notation.split(':');
    const paths = files.split(',').map((file) => `${ODD}/${file}`);
    await expectOutcome(`${reader}:${paths.join()}`, outcome);
  });
});

/** An IDX file of any element type. */
function idx(type: number, shape: number[], elements: Uint8Array): string {
  const head = Buffer.alloc(4 + 4 * shape.length);
  head.set([0, 0, type, shape.length]);
  shape.forEach((size, i) => head.writeUInt32BE(size, 4 + 4 * i));
  return put(
    folder,
    `t${type}-${shape.join('-')}-${elements[0] ?? 0}`,
    Buffer.concat([head, elements]),
  );
}
/** Big-endian elements. */
function big(
  size: number,
  write: (view: DataView, at: number, value: number) => void,
  values: number[],
): Uint8Array {
  const view = new DataView(new ArrayBuffer(size * values.length));
  values.forEach((value, i) => write(view, size * i, value));
  return new Uint8Array(view.buffer);
}

describe('IDX files', () => {
  const pixels = idx(8, [4, 1, 2], Uint8Array.of(0, 255, 0, 255, 0, 255, 0, 255));
  const bytes = (...values: number[]): string => idx(8, [values.length], Uint8Array.from(values));
  const i32 = (shape: number[], ...values: number[]): string =>
    idx(
      12,
      shape,
      big(4, (view, at, value) => view.setInt32(at, value), values),
    );

  it.each<[string, () => string, Outcome]>([
    ['signed bytes', () => idx(9, [1, 1, 2], Uint8Array.of(0, 127)), { x: [0, 1] }],
    [
      '16 bits',
      () =>
        idx(
          11,
          [1, 1, 2],
          big(2, (v, at, x) => v.setInt16(at, x), [0, 255]),
        ),
      { x: [0, 1] },
    ],
    ['32 bits', () => i32([1, 1, 2], 0, 255), { x: [0, 1] }],
    [
      'floats',
      () =>
        idx(
          13,
          [1, 1, 2],
          big(4, (v, at, x) => v.setFloat32(at, x), [0.25, 1]),
        ),
      { x: [0.25, 1] },
    ],
    [
      'doubles',
      () =>
        idx(
          14,
          [1, 3],
          big(8, (v, at, x) => v.setFloat64(at, x), [-2, 0.5, 1e10]),
        ),
      { kind: 'table', x: [-2, 0.5, 1e10] },
    ],
    ['another type', () => idx(10, [1], Uint8Array.of(0)), refused(/elements of type 0x0a/)],
    ['labels from 1', () => `${pixels},${bytes(1, 2, 3, 2)}`, { labels: ['1', '2', '3', '2'] }],
    [
      'labels with gaps',
      () => `${pixels},${bytes(5, 255, 9, 5)}`,
      { labels: ['5', '255', '9', '5'] },
    ],
    ['one class alone', () => `${pixels},${bytes(3, 3, 3, 3)}`, { labels: ['3', '3', '3', '3'] }],
    [
      'QMNIST’s extended labels',
      () => `${pixels},${i32([4, 8], ...Array.from({ length: 32 }, (_, i) => i % 8))}`,
      refused(/labels of shape \[4, 8\]/, /QMNIST/),
    ],
    [
      'a column of them',
      () => `${pixels},${i32([4, 8], ...Array.from({ length: 32 }, (_, i) => i >> 4))}?label=0`,
      { labels: ['0', '0', '1', '1'] },
    ],
  ])('%s', async (_, files, outcome) => {
    await expectOutcome(`idx:${files()}`, outcome);
  });
});

describe('types of safetensors', () => {
  const u16 = (...values: number[]): Uint8Array => new Uint8Array(Uint16Array.from(values).buffer);
  it.each<[Dtype, number[], Uint8Array, Outcome]>([
    ['BF16', [1, 3], u16(0x3f80, 0xc020, 0x0000), { kind: 'table', x: [1, -2.5, 0] }],
    ['F16', [1, 3], u16(0x3c00, 0xb800, 0x0001), { kind: 'table', x: [1, -0.5, 2 ** -24] }],
    ['F16', [1, 3], u16(0x3c00, 0x7e00, 0x0001), { missing: [0, 1, 0] }],
    ['U16', [1, 1, 2], u16(0, 65535), { x: [0, 1] }],
    ['U16', [1, 1, 2], u16(0, 1023), { says: [/1023 of 65535.*max=1023/] }],
    ['I16', [1, 2], u16(0xffff, 300), { x: [-1, 300] }],
    ['I8', [1, 2], Uint8Array.of(255, 7), { x: [-1, 7] }],
    ['U32', [1, 2], new Uint8Array(Uint32Array.of(4e9, 7).buffer), { x: [4e9, 7] }],
    ['U64', [1, 2], new Uint8Array(BigUint64Array.of(5n, 7n).buffer), { x: [5, 7] }],
    ['BOOL', [1, 1, 2], Uint8Array.of(0, 1), { x: [0, 1] }],
    ['F8_E5M2', [1, 2], Uint8Array.of(0, 1), refused(/is F8_E5M2/, /types that are read/)],
  ])('%s %j', async (dtype, shape, data, outcome) => {
    const file = put(
      folder,
      'odd.safetensors',
      serializeSafetensors([['x', { dtype, shape, data }]]),
    );
    await expectOutcome(`safetensors:${file}`, outcome);
  });

  it('names what is there where no tensor has a usual name', async () => {
    const tensor = { dtype: 'F32' as const, shape: [2, 2], data: new Uint8Array(16) };
    const file = put(
      folder,
      'names',
      serializeSafetensors([
        ['scans', tensor],
        ['z', tensor],
      ]),
    );
    await expectOutcome(`safetensors:${file}`, {
      code: 'not-found',
      message: /no tensor "x", "data" or "images"/,
      hint: /"scans", "z".*x=NAME/,
    });
    await expectOutcome(`safetensors:${file}?x=scans`, { kind: 'table', count: 2 });
  });
});
