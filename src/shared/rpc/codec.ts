import { FedshotError } from '../errors.js';
import { requestLimits, type FieldLimit, type RequestLimit } from './schema.js';

/** Largest chunk that exists, in bytes. */
export const MAX_CHUNK = 2 ** 20;
/** A chunk's message: tag, length (3 bytes up to 2 MiB), data. */
export const MAX_CHUNK_MESSAGE = MAX_CHUNK + 4;
const DATA_TAG = 0x0a;

function violates(field: FieldLimit, value: unknown): boolean {
  if (Array.isArray(value))
    return value.length > field.items || value.some((item) => tooBig(field, item));
  return tooBig(field, value);
}

function tooBig({ type, max }: FieldLimit, value: unknown): boolean {
  if (type === 'uint32') return (value as number) > max;
  return (typeof value === 'string' ? Buffer.byteLength(value) : (value as Buffer).length) > max;
}

/**
 * Makes a decoder that accepts only the one canonical encoding of a request within its limits. Unknown
 * fields, padded varints and repeated scalars are refused: a client could hide data in them.
 *
 * @throws FedshotError `limit` for a field above its limit, `format` for anything not canonical
 */
export function strictRequest<T>(
  limit: RequestLimit,
  deserialize: (bytes: Buffer) => T,
  serialize: (value: T) => Buffer,
): (bytes: Buffer) => T {
  return (bytes) => {
    if (bytes.length > limit.maxBytes)
      throw new FedshotError('limit', `${limit.message}: ${bytes.length} bytes`);
    let value: T;
    try {
      value = deserialize(bytes);
    } catch (cause) {
      throw new FedshotError('format', `${limit.message}: not to be decoded`, { cause });
    }
    for (const field of limit.fields)
      if (violates(field, (value as Record<string, unknown>)[field.name]))
        throw new FedshotError('limit', `${limit.message}.${field.name}: above its limit`);
    if (!serialize(value).equals(bytes))
      throw new FedshotError('format', `${limit.message}: not canonically encoded`);
    return value;
  };
}

/** The limits of one method's request. */
export function limitOf(method: string): RequestLimit {
  const limit = requestLimits().find((entry) => entry.method === method);
  if (!limit) throw new FedshotError('internal', `no such method: ${method}`);
  return limit;
}

/** The bytes that stand before a chunk of `size` > 0 bytes in its message `GetChunksResponse`. */
export function chunkHead(size: number): Buffer {
  const head = [DATA_TAG];
  for (let n = size; ; n >>>= 7) {
    head.push(n > 0x7f ? (n & 0x7f) | 0x80 : n);
    if (n <= 0x7f) return Buffer.from(head);
  }
}

/**
 * A chunk as the message `GetChunksResponse`. By hand, because a megabyte is otherwise copied twice
 * more on its way, and because decoding has to be strict about what surrounds the data.
 */
export function encodeChunk(data: Buffer): Buffer {
  if (data.length === 0) return Buffer.alloc(0);
  return Buffer.concat([chunkHead(data.length), data]);
}

/**
 * The data of a `GetChunksResponse`, without a copy.
 *
 * @throws FedshotError `format` when anything but exactly one data field is there
 */
export function decodeChunk(message: Buffer): Buffer {
  if (message.length === 0) return message;
  for (let head = 2; head <= 4; head++) {
    const size = message.length - head;
    const expected = size > 0 ? chunkHead(size) : undefined;
    if (expected?.length === head && message.subarray(0, head).equals(expected))
      return message.subarray(head);
  }
  throw new FedshotError('format', 'a chunk message with something beside its chunk');
}
