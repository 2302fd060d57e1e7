import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  rmSync,
  unlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { PictureRef } from '../../../data/pictures/types.js';
import { asFedshotError, FedshotError } from '../../../errors.js';
import { makeFolder, temporaryPath, writeFileAtomic } from '../../../files.js';
import { lockOwner, tryLock, type HeldLock } from '../../../lock.js';
import type { PictureStep } from '../../steps.js';
import { Slots, type CacheHandle } from './slots.js';

export interface CacheOptions {
  /** A folder of the site's own. What is kept there are its pictures. */
  readonly folder: string;
  /** Bytes that it may take; 20 GiB by default. */
  readonly limit?: number;
  /** Whether the next run finds it again. Else the file has no name, and is gone when the process is. */
  readonly keep?: boolean;
}

export interface OpenPictureCache {
  readonly handle: CacheHandle;
  readonly slots: Slots;
  /** Closes the file; call it when no thread uses it any more. @throws FedshotError `io` */
  close(): void;
}

const DEFAULT_LIMIT = 20 * 2 ** 30;

const indexSchema = z.object({
  format: z.literal(1),
  /** Digest of the steps that the pictures have been through. */
  steps: z.string(),
  /** Per picture: digest of its reference, file size and time, offset, width, height, channels. */
  pictures: z.array(
    z.tuple([
      z.string(),
      ...([z.number(), z.number(), z.number()] as const),
      ...([z.int().positive(), z.int().positive(), z.union([z.literal(1), z.literal(3)])] as const),
    ]),
  ),
});

/**
 * Opens a cache of pictures that were decoded and have been through `steps`.
 *
 * @throws FedshotError `io`, also where another run uses a cache that is kept
 */
export function openPictureCache(
  { folder, limit = DEFAULT_LIMIT, keep = false }: CacheOptions,
  refs: readonly PictureRef[],
  steps: readonly PictureStep[],
): OpenPictureCache {
  const memory = Slots.memory(refs.length);
  try {
    makeFolder(folder, 0o700);
    if (keep) {
      const lock = lockOf(folder);
      try {
        return openKept({ folder, limit, refs, memory, steps: digest(steps), lock });
      } catch (error) {
        lock.release();
        throw error;
      }
    }
    const path = temporaryPath(join(folder, 'pictures'));
    const fd = openSync(path, 'wx+', 0o600);
    unlinkSync(path); // the system frees it with the last descriptor, however the process ends
    const handle: CacheHandle = { fd, limit, count: refs.length, memory };
    return { handle, slots: new Slots(handle), close: () => closeSync(fd) };
  } catch (error) {
    throw asFedshotError(error, 'io', `cannot use the cache ${folder}`);
  }
}

interface Kept {
  readonly folder: string;
  readonly limit: number;
  readonly refs: readonly PictureRef[];
  readonly memory: SharedArrayBuffer;
  readonly steps: string;
  readonly lock: HeldLock;
}

function openKept({ folder, limit, refs, memory, steps, lock }: Kept): OpenPictureCache {
  const [index, pictures] = [join(folder, 'index.json'), join(folder, 'pictures')];
  const fd = openSync(pictures, existsSync(pictures) ? 'r+' : 'wx+', 0o600);
  const handle: CacheHandle = { fd, limit, count: refs.length, memory };
  const slots = new Slots(handle);
  const keys = refs.map(digest);
  restore(slots, keys, steps, readIndex(index), fstatSync(fd).size);
  ftruncateSync(fd, slots.bytes); // what nothing points to
  // from now on the file may be ahead of it, and after a crash nobody could tell
  rmSync(index, { force: true });
  const close = (): void => {
    closeSync(fd);
    const known = keys.flatMap((key, sample) => {
      const slot = slots.slot(sample);
      if (!slot) return [];
      const { size, modified, offset, width, height, channels } = slot;
      return [[key, size, modified, offset, width, height, channels]];
    });
    writeFileAtomic(index, JSON.stringify({ format: 1, steps, pictures: known }), 0o600);
    lock.release();
  };
  return { handle, slots, close };
}

function lockOf(folder: string): HeldLock {
  const path = join(folder, 'lock');
  const lock = tryLock(path);
  if (lock) return lock;
  throw new FedshotError('io', `${folder}: process ${lockOwner(path)} uses this cache`, {
    hint: 'name another folder, or wait for it to end',
  });
}

/** An index that cannot be read is none: its pictures are decoded again. */
function readIndex(path: string): z.infer<typeof indexSchema> | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return indexSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Takes over pictures that went through the same steps and lie whole in the file. */
function restore(
  slots: Slots,
  keys: readonly string[],
  steps: string,
  index: z.infer<typeof indexSchema> | undefined,
  length: number,
): void {
  if (index?.steps !== steps) return;
  const samples = new Map(keys.map((key, sample) => [key, sample]));
  for (const [key, size, modified, offset, width, height, channels] of index.pictures) {
    const end = offset + width * height * channels;
    const sample = samples.get(key);
    if (sample !== undefined && end <= length)
      slots.restore(sample, { size, modified, offset, width, height, channels }, end);
  }
}

const digest = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
