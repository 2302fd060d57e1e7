import { hash } from 'node:crypto';
import { constants, existsSync, readdirSync, rmSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { fsyncDir, makeFolder, readBytes, writeFileAtomic } from '../files.js';
import { decodeLeaf, LEAF_BYTES } from './leaf.js';
import { TILE_WIDTH } from './tiles.js';

const CHECK_BYTES = 8;
const RECORD_BYTES = LEAF_BYTES + CHECK_BYTES;
const FOLDER = 'journal';

const checkOf = (leaf: Uint8Array): Buffer =>
  hash('sha256', leaf, 'buffer').subarray(0, CHECK_BYTES);

/** A record is on the disk when its write returns: half the way of a write and a flush after it. */
const DURABLE = constants.O_RDWR | constants.O_CREAT | constants.O_DSYNC;
/** Elsewhere that may stop at the drive's own memory. */
const DURABLE_ALONE = process.platform === 'linux';

/**
 * The leaves that are durable but not yet in a full bundle. One file for each bundle to come, named
 * by the bundle's number; each record is a leaf and the first bytes of its hash, so that a record
 * that was torn by a crash is recognised. The file has its full size from the beginning,
 * so that a record changes nothing but its own bytes: a file that grows costs the disk five times as
 * long each time.
 */
export class Journal {
  #at: number;

  private constructor(
    readonly bundle: number,
    readonly file: FileHandle,
    readonly path: string,
    leaves: number,
  ) {
    this.#at = leaves * RECORD_BYTES;
  }

  /** The whole leaves in the journal of a bundle, undefined without one; nothing is changed or made. */
  static read(dir: string, bundle: number): Buffer[] | undefined {
    const path = join(dir, FOLDER, String(bundle));
    return existsSync(path) ? readWhole(readBytes(path)) : undefined;
  }

  /**
   * Opens the journal of a bundle for writing behind these leaves, and cuts off what follows them. Call
   * it only after comparing them with what was signed.
   */
  static async open(dir: string, bundle: number, leaves: readonly Buffer[]): Promise<Journal> {
    const folder = join(dir, FOLDER);
    makeFolder(folder, undefined, dir); // the log's lock has made the log's own
    for (const name of readdirSync(folder)) if (Number(name) < bundle) rmSync(join(folder, name)); // its bundle is stored
    const path = join(folder, String(bundle));
    // A log that was copied has no journal: its leaves are in a bundle that is not full.
    if (leaves.length > 0 && !existsSync(path)) writeFileAtomic(path, encode(leaves));
    const file = await open(path, DURABLE, 0o644);
    const used = leaves.length * RECORD_BYTES;
    const rest = Buffer.alloc(TILE_WIDTH * RECORD_BYTES - used);
    // The messages after the first torn record were never sent.
    await file.truncate(used);
    await file.write(rest, 0, rest.length, used);
    await file.sync();
    fsyncDir(folder);
    return new Journal(bundle, file, path, leaves.length);
  }

  /** Resolves when the leaves are on the disk. */
  async append(leaves: readonly Uint8Array[]): Promise<void> {
    const bytes = encode(leaves);
    for (let from = 0; from < bytes.length;) {
      const { bytesWritten } = await this.file.write(bytes, from, null, this.#at);
      from += bytesWritten;
      this.#at += bytesWritten;
    }
    if (!DURABLE_ALONE) await this.file.datasync();
  }

  async close(): Promise<void> {
    await this.file.close();
  }

  async remove(): Promise<void> {
    await this.close();
    rmSync(this.path);
  }
}

const encode = (leaves: readonly Uint8Array[]): Buffer =>
  Buffer.concat(leaves.flatMap((leaf) => [leaf, checkOf(leaf)]));

function readWhole(bytes: Buffer): Buffer[] {
  const leaves: Buffer[] = [];
  for (let at = 0; at + RECORD_BYTES <= bytes.length; at += RECORD_BYTES) {
    const leaf = bytes.subarray(at, at + LEAF_BYTES);
    if (!checkOf(leaf).equals(bytes.subarray(at + LEAF_BYTES, at + RECORD_BYTES))) break;
    leaves.push(Buffer.from(leaf));
  }
  return leaves;
}

/**
 * What of a journal is not a leaf of its place in the log; leaves that no checkpoint covers yet may
 * follow those that are known.
 *
 * @param name of its file: the number of its bundle
 * @param known every leaf under the checkpoint, as it is encoded
 */
export function journalFault(name: string, bytes: Buffer, known: readonly Uint8Array[]): string[] {
  const bundle = Number(name);
  if (String(bundle) !== name || !Number.isSafeInteger(bundle)) return ['no journal'];
  if (bytes.length > TILE_WIDTH * RECORD_BYTES) return ['longer than a journal'];
  const leaves = readWhole(bytes);
  const first = bundle * TILE_WIDTH;
  if (first > known.length) return ['a journal of another place in the log'];
  const faults = leaves.flatMap((leaf, i) => {
    const other = known[first + i];
    if (other) return leaf.equals(other) ? [] : [`leaf ${first + i} is not that of the log`];
    try {
      return decodeLeaf(leaf).sequence === first + i ? [] : [`no leaf ${first + i}`];
    } catch {
      return [`no leaf ${first + i}`];
    }
  });
  const rest = bytes.subarray(leaves.length * RECORD_BYTES);
  // One record may have been torn by a crash; it is written over at the next start.
  if (rest.subarray(RECORD_BYTES).some((byte) => byte !== 0))
    faults.push('bytes behind its leaves');
  return faults;
}
