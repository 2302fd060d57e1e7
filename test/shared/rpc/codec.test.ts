import { describe, expect, it } from 'vitest';
import {
  decodeChunk,
  encodeChunk,
  limitOf,
  releaseService,
  strictRequest,
} from '../../../src/shared/rpc/index.js';

const { path, requestSerialize, requestDeserialize, responseSerialize, responseDeserialize } =
  releaseService.GetChunks;
const decode = strictRequest(
  limitOf(path),
  requestDeserialize,
  requestSerialize as (value: ReturnType<typeof requestDeserialize>) => Buffer,
);
const manifest = Buffer.alloc(32, 5);

describe('strictRequest', () => {
  it('takes what this project sends', () => {
    expect(decode(requestSerialize({ manifest, indices: [0, 7, 300] }))).toEqual({
      manifest,
      indices: [0, 7, 300],
    });
  });
  const refused: [string, Buffer, string][] = [
    [
      'one index too many',
      requestSerialize({ manifest, indices: [...Array(129).keys()] }),
      'limit',
    ],
    ['an index above its limit', requestSerialize({ manifest, indices: [2 ** 21] }), 'limit'],
    [
      'a digest that is too long',
      requestSerialize({ manifest: Buffer.alloc(33), indices: [1] }),
      'limit',
    ],
    [
      'an unknown field',
      Buffer.concat([requestSerialize({ manifest }), Buffer.from([0x18, 1])]),
      'format',
    ],
    ['unpacked indices', Buffer.from([0x10, 1]), 'format'],
    ['a field twice', Buffer.from([0x0a, 1, 1, 0x0a, 1, 2]), 'format'],
    ['fields in another order', Buffer.from([0x12, 1, 1, 0x0a, 1, 2]), 'format'],
    ['a padded varint', Buffer.from([0x12, 2, 0x81, 0]), 'format'],
  ];
  it.each(refused)('refuses %s', (_, bytes, code) => {
    expect(() => decode(bytes)).toThrow(expect.objectContaining({ code }) as Error);
  });
});

describe('encodeChunk', () => {
  it.each([1, 127, 128, 16_383, 16_384, 2 ** 20])('writes %i bytes as protobuf does', (size) => {
    const data = Buffer.alloc(size, 9);
    const message = encodeChunk(data);
    expect(message.equals(responseSerialize({ data }))).toBe(true);
    expect(responseDeserialize(message).data.equals(data)).toBe(true);
    expect(decodeChunk(message).equals(data)).toBe(true);
  });
});

describe('decodeChunk', () => {
  const message = encodeChunk(Buffer.alloc(200, 1));
  it.each([
    ['a byte after the chunk', Buffer.concat([message, Buffer.from([0])])],
    ['another field after it', Buffer.concat([message, Buffer.from([0x18, 1])])],
    ['another tag', Buffer.concat([Buffer.from([0x12]), message.subarray(1)])],
    [
      'a length that is padded',
      Buffer.concat([Buffer.from([0x0a, 0xc8, 0x81, 0x00]), message.subarray(3)]),
    ],
    ['a byte too few', message.subarray(0, -1)],
  ])('refuses %s', (_, bytes) => {
    expect(() => decodeChunk(bytes)).toThrow('beside its chunk');
  });
});
