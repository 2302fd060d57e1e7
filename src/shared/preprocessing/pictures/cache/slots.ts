import { readSync, statSync, writeSync } from 'node:fs';
import type { Picture, PictureRef } from '../../../data/pictures/types.js';

/** A cache as threads share it. The descriptor is the process's, so that every thread may use it. */
export interface CacheHandle {
  readonly fd: number;
  /** Bytes that the file may have. */
  readonly limit: number;
  /** Samples that there are. */
  readonly count: number;
  readonly memory: SharedArrayBuffer;
}

/** What a file was when its picture was kept: another size or time, and it is decoded again. */
export interface FileIdentity {
  readonly size: number;
  readonly modified: number;
}

export interface Slot extends FileIdentity {
  readonly offset: number;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
}

/** States of a slot. */
const [EMPTY, BUSY, FULL] = [0, 1, 2];
/** What the system says when the disk or the quota is used up. */
const NO_ROOM = ['ENOSPC', 'EDQUOT'];

/**
 * Pictures in one file, each at the place that it got when it came, and a table in shared memory that says
 * where. Any thread adds and reads; a picture is there for others once it is written whole.
 */
export class Slots {
  readonly #handle: CacheHandle;
  readonly #end: BigInt64Array;
  readonly #numbers: Float64Array;
  readonly #words: Int32Array;

  constructor(handle: CacheHandle) {
    const { memory, count } = handle;
    this.#handle = handle;
    this.#end = new BigInt64Array(memory, 0, 2);
    this.#numbers = new Float64Array(memory, 16, 3 * count);
    this.#words = new Int32Array(memory, 16 + 24 * count, 4 * count);
  }

  static memory = (count: number): SharedArrayBuffer => new SharedArrayBuffer(16 + 40 * count);

  /** How many pictures found no room. */
  get refused(): number {
    return Number(Atomics.load(this.#end, 1));
  }

  get bytes(): number {
    return Number(Atomics.load(this.#end, 0));
  }

  /** Where a sample's picture lies; undefined if it is not there, or not whole yet. */
  slot(sample: number): Slot | undefined {
    const whole = (): boolean => Atomics.load(this.#words, 4 * sample) === FULL;
    if (!whole()) return undefined;
    const [, width = 0, height = 0, channels] = this.#words.subarray(4 * sample, 4 * sample + 4);
    const [size = 0, modified = 0, offset = 0] = this.#numbers.subarray(3 * sample, 3 * sample + 3);
    // asked again, since another thread may put a newer picture there
    if (!whole()) return undefined;
    return { width, height, channels: channels === 1 ? 1 : 3, size, modified, offset };
  }

  /** Says where a picture lies that an earlier run has left. */
  restore(sample: number, slot: Slot, end: number): void {
    this.#fill(sample, slot);
    if (this.bytes < end) Atomics.store(this.#end, 0, BigInt(end));
  }

  /** Of a file as it is now; undefined where it was another one, or the cache is cut short. */
  read(sample: number, { size, modified }: FileIdentity): Picture | undefined {
    const slot = this.slot(sample);
    if (slot?.size !== size || slot.modified !== modified) return undefined;
    const { width, height, channels, offset } = slot;
    const data = new Uint8Array(width * height * channels);
    for (let at = 0, got; at < data.length; at += got) {
      got = readSync(this.#handle.fd, data, at, data.length - at, offset + at);
      if (got === 0) return undefined;
    }
    return { width, height, channels, data };
  }

  /** Keeps a picture, if there is room in the file and on the disk. @throws the operating system's error */
  write(sample: number, { size, modified }: FileIdentity, picture: Picture): void {
    const { width, height, channels, data } = picture;
    if (this.bytes + data.length > this.#handle.limit) {
      Atomics.add(this.#end, 1, 1n);
      return;
    }
    if (Atomics.exchange(this.#words, 4 * sample, BUSY) === BUSY) return; // another thread is at it
    const offset = Number(Atomics.add(this.#end, 0, BigInt(data.length)));
    try {
      for (let at = 0; at < data.length;)
        at += writeSync(this.#handle.fd, data, at, data.length - at, offset + at);
    } catch (error) {
      if (!NO_ROOM.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      Atomics.store(this.#words, 4 * sample, EMPTY);
      Atomics.add(this.#end, 1, 1n);
      return;
    }
    this.#fill(sample, { size, modified, offset, width, height, channels });
  }

  #fill(sample: number, slot: Slot): void {
    this.#numbers.set([slot.size, slot.modified, slot.offset], 3 * sample);
    this.#words.set([slot.width, slot.height, slot.channels], 4 * sample + 1);
    Atomics.store(this.#words, 4 * sample, FULL);
  }
}

/** Undefined for a file that is not there: decoding it says so. */
export function identityOf({ path }: PictureRef): FileIdentity | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && { size: found.size, modified: found.mtimeMs };
}
