import type { ServerWritableStream } from '@grpc/grpc-js';
import { FedshotError } from '../errors.js';
import { letGo } from './garbage.js';
import type { Budget } from './budget.js';

/**
 * One minute for so many bytes: a line of 8 kbit/s is fast enough. A message of a megabyte may then take
 * a quarter of an hour; meanwhile its peer holds no more memory than each peer may.
 */
const STALL_BYTES = 60 * 1024;

/** How long a reader may take for a message of so many bytes. */
export const longestMessageMs = (bytes: number, stallMs: number): number =>
  stallMs * Math.max(1, bytes / STALL_BYTES);

export interface SendOptions {
  readonly budget: Budget;
  /** How long a reader may take for a small message; for larger ones see {@link longestMessageMs}. */
  readonly stallMs: number;
  /**
   * Called when it takes longer. A status would wait behind the message that is not read: only cutting
   * the connection gives the memory back.
   */
  readonly onStall: () => void;
}

/** One message; resolves when it has left for the socket, which is what back-pressure is. */
function write(
  call: ServerWritableStream<Buffer, Buffer>,
  bytes: Buffer,
  { stallMs, onStall }: SendOptions,
): Promise<void> {
  const allowedMs = longestMessageMs(bytes.length, stallMs);
  return new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      onStall();
      const seconds = Math.round(allowedMs / 1000);
      reject(new FedshotError('limit', `took ${seconds} s and more for ${bytes.length} bytes`));
    }, allowedMs);
    const gone = (): void => {
      clearTimeout(timer);
      reject(new FedshotError('network', 'the client went away'));
    };
    call.once('cancelled', gone);
    call.write(bytes, (error: Error | null | undefined) => {
      clearTimeout(timer);
      call.off('cancelled', gone);
      if (error) reject(new FedshotError('network', 'the client went away', { cause: error }));
      else resolve();
    });
    if (call.cancelled) gone();
  });
}

/** One message of a stream, not loaded before there is room for it. */
export interface Outgoing {
  readonly bytes: number;
  readonly load: () => Promise<Buffer>;
}

/** Messages that are loaded ahead: each has to wait until its leaf is on the log's disk. */
export const AHEAD = 4;

/**
 * Sends messages one after another. While one is being sent the next few are loaded, as far as the
 * budget has room for them now.
 *
 * @throws FedshotError `limit` for a slow reader, `network` when it went away, what `load` throws
 */
export async function sendAll(
  call: ServerWritableStream<Buffer, Buffer>,
  messages: Iterable<Outgoing>,
  options: SendOptions,
): Promise<void> {
  const { budget } = options;
  const rest = [...messages];
  const loading: { bytes: number; loaded: Promise<Buffer> }[] = [];
  const beginNext = (): void => {
    const next = rest.shift();
    if (!next) return;
    const loaded = next.load();
    loaded.catch(() => undefined); // thrown where it is awaited, below
    loading.push({ bytes: next.bytes, loaded });
  };
  let previous: Promise<void> = Promise.resolve();
  try {
    for (;;) {
      // Wait for room only with nothing loaded: waiting with loaded messages would block others.
      if (loading.length === 0 && rest[0]) {
        await budget.take(rest[0].bytes);
        beginNext();
      }
      while (rest[0] && loading.length < AHEAD && budget.tryTake(rest[0].bytes)) beginNext();
      const [next] = loading;
      if (!next) break;
      const [bytes] = await Promise.all([next.loaded, previous]);
      if (call.cancelled) throw new FedshotError('network', 'the client went away');
      const size = next.bytes;
      loading.shift();
      previous = write(call, bytes, options).finally(() => {
        budget.give(size);
        letGo(size);
      });
      previous.catch(() => undefined);
    }
    await previous;
  } finally {
    for (const { bytes } of loading) budget.give(bytes);
  }
}
