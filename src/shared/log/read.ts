import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FedshotError } from '../errors.js';
import { readBytes } from '../files.js';
import { MAX_CHECKPOINT_BYTES, openCheckpoint, type SignedCheckpoint } from './checkpoint.js';
import { decodeLeaf, type Leaf } from './leaf.js';
import {
  CHECKPOINT_FILE,
  decodeBundle,
  decodeTile,
  MAX_BUNDLE_BYTES,
  TILE_BYTES,
  TILE_WIDTH,
  tilePath,
} from './tiles.js';
import { TileTree, type FullTile } from './tree.js';

/** A log as its files are, every hash of it recomputed from the leaves. */
export interface AuditedLog {
  /** The keys of the role `log`, by key id, of which one has signed. */
  readonly keys: ReadonlyMap<string, Uint8Array>;
  readonly checkpoint: SignedCheckpoint;
  readonly leaves: readonly Leaf[];
  /** The tree over the leaves that were read, for proofs between its states. */
  readonly tree: TileTree;
  /** What is wrong, each with its place; none in a log that is whole. */
  readonly findings: readonly string[];
}

/** Most findings that are listed: a rewritten log would have one for every leaf. */
const MAX_FINDINGS = 20;

/**
 * Reads a log from its static files and recomputes all of it: each leaf, each tile, the root that
 * was signed.
 *
 * @param keys the keys of the role `log`, by key id
 * @throws FedshotError `not-found`, `limit`, `format`, `signature` when there is no checkpoint to
 *   measure the rest by; everything else is a finding
 */
export function readLog(dir: string, keys: ReadonlyMap<string, Uint8Array>): AuditedLog {
  const file = join(dir, CHECKPOINT_FILE);
  if (!existsSync(file))
    throw new FedshotError(
      'not-found',
      `${dir}: no transparency log, it has no ${CHECKPOINT_FILE}`,
      {
        hint: 'give the folder that provider serve wrote: its --log, or else STORE-log',
      },
    );
  const note = readBytes(file, MAX_CHECKPOINT_BYTES);
  const checkpoint = openCheckpoint(note.toString(), keys);
  const findings: string[] = [];
  const find = (what: string): void => {
    if (findings.length < MAX_FINDINGS) findings.push(what);
  };
  const leaves: Leaf[] = [];
  const tree = new TileTree(dir);
  for (let bundle = 0; bundle * TILE_WIDTH < checkpoint.size; bundle++) {
    const width = Math.min(TILE_WIDTH, checkpoint.size - bundle * TILE_WIDTH);
    const entries = readBundle(dir, bundle, width, find);
    const full = entries.flatMap((entry, i) => {
      const leaf = readLeaf(entry, bundle * TILE_WIDTH + i, find);
      if (leaf) leaves.push(leaf);
      return tree.append(entry);
    });
    // What follows a short or missing bundle would only repeat the finding.
    if (entries.length < width) break;
    for (const tile of full) checkTile(dir, tile, TILE_WIDTH, find);
  }
  if (tree.size === checkpoint.size) {
    for (const tile of tree.partialTiles()) checkTile(dir, tile, tile.hashes.length, find);
    if (!tree.root().equals(checkpoint.root))
      find(`the ${tree.size} leaves do not have the root that was signed`);
  }
  return { keys, checkpoint, leaves, tree, findings };
}

type Find = (what: string) => void;

function readBundle(dir: string, bundle: number, width: number, find: Find): Buffer[] {
  // A bundle that has become full since the checkpoint is as good: the checkpoint covers its start.
  const paths = [tilePath('entries', bundle, width), tilePath('entries', bundle)];
  const path = paths.find((name) => existsSync(join(dir, name)));
  const first = bundle * TILE_WIDTH;
  if (path === undefined) {
    find(`leaves ${first} to ${first + width - 1} are gone: no ${paths[0]!}`);
    return [];
  }
  const bytes = readTile(dir, path, MAX_BUNDLE_BYTES, find);
  if (!bytes) return [];
  const entries = decodeBundle(bytes);
  if (!entries) find(`${path}: not a bundle of entries`);
  if (entries && entries.length < width)
    find(`${path}: ${entries.length} leaves where the checkpoint covers ${width}`);
  if (entries && path === paths[0] && entries.length > width)
    find(`${path}: ${entries.length - width} leaves more than its name says`);
  return entries?.slice(0, width) ?? [];
}

/** A tile's bytes; a finding for a pipe, a folder or a file that is too long. */
function readTile(dir: string, path: string, most: number, find: Find): Buffer | undefined {
  try {
    return readBytes(join(dir, path), most);
  } catch (error) {
    find((error as Error).message.replace(join(dir, path), path));
    return undefined;
  }
}

function readLeaf(entry: Buffer, index: number, find: Find): Leaf | undefined {
  try {
    const leaf = decodeLeaf(entry);
    if (leaf.sequence === index) return leaf;
    find(`leaf ${index} is missing: number ${leaf.sequence} stands in its place`);
  } catch {
    find(`leaf ${index}: not the encoding of a leaf`);
  }
  return undefined;
}

function checkTile(
  dir: string,
  { level, index, hashes }: FullTile,
  width: number,
  find: Find,
): void {
  const path = [tilePath(level, index, width), tilePath(level, index)].find((name) =>
    existsSync(join(dir, name)),
  );
  if (path === undefined) {
    find(`${tilePath(level, index, width)} is gone`);
    return;
  }
  const bytes = readTile(dir, path, TILE_BYTES, find);
  if (!bytes) return;
  const stored = decodeTile(bytes);
  const at = hashes.findIndex((hash, i) => !stored[i]?.equals(hash));
  if (at === -1) return;
  const what = level === 0 ? `leaf ${index * TILE_WIDTH + at} was changed` : 'changed';
  find(`${path}: ${what} since it was hashed`);
}
