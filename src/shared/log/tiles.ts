/** C2SP tlog-tiles: where things lie below the folder of a log, and what is in them. */
import { join } from 'node:path';
import { HASH_BYTES, hashNode } from './merkle.js';

/** Hashes, or entries, of a full tile. */
export const TILE_WIDTH = 256;
/** Bytes of a full tile of hashes. */
export const TILE_BYTES = TILE_WIDTH * HASH_BYTES;
/** The most that a bundle of entries may have: each of them behind its length (u16). */
export const MAX_BUNDLE_BYTES = TILE_WIDTH * (2 + 0xffff);
/** Levels of the Merkle tree that one tile spans. */
export const TILE_HEIGHT = 8;
export const CHECKPOINT_FILE = 'checkpoint';

/** Index 1234067 as `x001/x234/067`. */
function indexPath(index: number): string {
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g)!;
  return groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/');
}

/** Path of a tile below the log's folder; `width` below 256 names a partial one. */
export function tilePath(level: number | 'entries', index: number, width = TILE_WIDTH): string {
  const partial = width === TILE_WIDTH ? '' : `.p/${width}`;
  return join('tile', String(level), indexPath(index) + partial);
}

/** Path of a response that the log keeps, below its folder. */
export const keptPath = (digest: string): string => join('responses', digest);

/** Path of a checkpoint with which a key has closed its part of the log, below its folder. */
export const closedPath = ({ size, keyid }: { size: number; keyid: string }): string =>
  join('closed', `${size}-${keyid.slice(0, 16)}`);

/** An entry bundle: each entry behind its length, u16 big-endian. */
export function encodeBundle(entries: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    entries.flatMap((entry) => [Buffer.of(entry.length >> 8, entry.length & 0xff), entry]),
  );
}

/** The entries of a bundle, as views; undefined when the bytes are not a bundle. */
export function decodeBundle(bytes: Buffer): Buffer[] | undefined {
  const entries: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    if (at + 2 > bytes.length) return undefined;
    const end = at + 2 + bytes.readUInt16BE(at);
    if (end > bytes.length) return undefined;
    entries.push(bytes.subarray(at + 2, end));
    at = end;
  }
  return entries;
}

/** The hashes of a tile, as views. */
export function decodeTile(bytes: Buffer): Buffer[] {
  return Array.from({ length: Math.floor(bytes.length / HASH_BYTES) }, (_, i) =>
    bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES),
  );
}

/** The hash over 2^height hashes of a tile that stand side by side. */
export function fold(hashes: readonly Uint8Array[]): Uint8Array {
  let row = hashes;
  while (row.length > 1)
    row = Array.from({ length: row.length / 2 }, (_, i) => hashNode(row[2 * i]!, row[2 * i + 1]!));
  return row[0]!;
}

const TILE = /^tile\/(entries|0|[1-9]\d?)\/((?:x\d{3}\/)*\d{3})(?:\.p\/([1-9]\d{0,2}))?$/;

/**
 * What a tile, full or partial, has to hold; undefined for a path that names none over these leaves.
 *
 * @param path below the folder of the log
 * @param entries the leaves as they are hashed, and their hashes
 */
export function expectedTile(
  path: string,
  entries: readonly Uint8Array[],
  hashes: readonly Uint8Array[],
): Buffer | undefined {
  const [, kind, digits = '', partial] = TILE.exec(path) ?? [];
  if (kind === undefined) return undefined;
  const level = kind === 'entries' ? kind : Number(kind);
  const index = Number(digits.replaceAll(/[x/]/g, ''));
  const width = partial === undefined ? TILE_WIDTH : Number(partial);
  // One path for one tile: no leading zeros, no partial tile of full width.
  if (tilePath(level, index, width) !== path) return undefined;
  if (partial !== undefined && width >= TILE_WIDTH) return undefined;
  const row = level === 'entries' ? entries : rowOf(level, hashes);
  const begin = index * TILE_WIDTH;
  if (begin + width > row.length) return undefined;
  const part = row.slice(begin, begin + width);
  return level === 'entries' ? encodeBundle(part) : Buffer.concat(part);
}

const rows = new WeakMap<readonly Uint8Array[], Uint8Array[][]>();

/** The hashes of a level: each over 256 of the one below. */
function rowOf(level: number, hashes: readonly Uint8Array[]): readonly Uint8Array[] {
  if (level === 0) return hashes;
  let known = rows.get(hashes);
  if (!known) rows.set(hashes, (known = []));
  return (known[level] ??= upper(rowOf(level - 1, hashes)));
}

const upper = (below: readonly Uint8Array[]): Uint8Array[] =>
  Array.from({ length: Math.floor(below.length / TILE_WIDTH) }, (_, i) =>
    fold(below.slice(i * TILE_WIDTH, (i + 1) * TILE_WIDTH)),
  );
