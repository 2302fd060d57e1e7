import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { loadDataset } from '../../../../src/shared/data/index.js';
import { idx, put, refusal, temporaryFolder } from '../files.js';

const folder = temporaryFolder();
const images = put(folder, 'images', idx([2, 2, 3], [0, 51, 102, 153, 204, 255, 1, 2, 3, 4, 5, 6]));
const labels = put(folder, 'labels', idx([2], [3, 1]));

describe('readIdx', () => {
  it('reads images as grey levels 0..1 and distinct labels as classes', async () => {
    const dataset = await loadDataset(`idx:${images},${labels}`);
    expect(dataset).toMatchObject({ kind: 'image', shape: [1, 2, 3], count: 2 });
    expect([...dataset.x.subarray(0, 6)]).toEqual(
      [0, 51, 102, 153, 204, 255].map((byte) => Math.fround(byte / 255)),
    );
    expect(dataset.labels).toEqual(Int32Array.of(1, 0));
    expect(dataset.classNames).toEqual(['1', '3']);
  });

  it('does without labels', async () => {
    expect((await loadDataset(`idx:${images}`)).labels).toBeUndefined();
  });

  it('unpacks gzip whatever the name says', async () => {
    const packed = put(folder, 'packed.idx', gzipSync(idx([1, 1, 2], [255, 0])));
    expect([...(await loadDataset(`idx:${packed}`)).x]).toEqual([1, 0]);
  });

  it('puts channels first', async () => {
    const last = put(
      folder,
      'last',
      idx([1, 2, 2, 3], [255, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255]),
    );
    const dataset = await loadDataset(`idx:${last}`);
    expect(dataset.shape).toEqual([3, 2, 2]);
    expect([...dataset.x]).toEqual([1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
  });

  const whole = idx([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]);
  it.each([
    ['truncated pixels', whole.subarray(0, 20), 'truncated: 4 bytes where [2, 2, 2] needs 8'],
    ['a truncated header', whole.subarray(0, 9), 'truncated: the IDX header needs 16 bytes'],
    ['an empty file', new Uint8Array(0), 'truncated: 0 bytes are too few for an IDX header'],
    ['trailing bytes', Buffer.concat([whole, whole]), '24 bytes more than [2, 2, 2] declares'],
    ['another format', Buffer.from('PNG not IDX'), 'no IDX file: magic 0x504e4720'],
    [
      'an element type that there is not',
      Uint8Array.of(0, 0, 10, 1, 0, 0, 0, 0),
      'IDX elements of type 0x0a',
    ],
    ['no samples', idx([0, 2, 2], []), 'no samples'],
    ['samples without pixels', idx([2, 0, 2], []), 'empty samples, [2, 0, 2]'],
    ['labels for images', idx([2], [1, 2]), 'holds labels where images are expected'],
    [
      'a shape that is no image',
      idx([1, 2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]),
      'shape [1, 2, 2, 2] is none of [N,D], [N,H,W], [N,C,H,W], [N,H,W,C] with C = 1 or 3',
    ],
  ])('refuses %s', async (_, bytes, why) => {
    const path = put(folder, 'bad', bytes);
    expect(await refusal(() => loadDataset(`idx:${path}`))).toMatchObject({
      code: 'data',
      message: `${path}: ${why}`,
    });
  });

  it('refuses a damaged gzip file', async () => {
    const path = put(folder, 'cut.gz', gzipSync(whole).subarray(0, 20));
    const { code, message } = await refusal(() => loadDataset(`idx:${path}`));
    expect(code).toBe('data');
    expect(message).toContain(`${path}: damaged gzip file`);
  });

  it('refuses as many labels as there are not images', async () => {
    const three = put(folder, 'three', idx([3], [0, 1, 2]));
    expect(await refusal(() => loadDataset(`idx:${images},${three}`))).toMatchObject({
      code: 'data',
      message: `${three}: 3 labels for the 2 samples of ${images}`,
    });
  });

  it('refuses images in the place of labels', async () => {
    expect(await refusal(() => loadDataset(`idx:${images},${images}`))).toMatchObject({
      message: `${images}: holds images where labels are expected`,
      hint: 'the order is idx:IMAGES,LABELS',
    });
  });
});
