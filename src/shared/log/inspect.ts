import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FedshotError } from '../errors.js';
import { readBytes } from '../files.js';
import { MAX_CHECKPOINT_BYTES, openCheckpoint, type SignedCheckpoint } from './checkpoint.js';
import { Journal } from './journal.js';
import { LEAF_BYTES } from './leaf.js';
import { CHECKPOINT_FILE, decodeBundle, TILE_WIDTH, tilePath } from './tiles.js';
import { TileTree } from './tree.js';

/** A log on the disk, read in order to continue it. */
export interface InspectedLog {
  /** What was signed last; undefined for a log that begins. */
  readonly last: SignedCheckpoint | undefined;
  /** How many full bundles are stored. */
  readonly bundles: number;
  /** The leaves behind them, from the journal; from the last checkpoint's files where there is none. */
  readonly leaves: Buffer[];
  /** The tree over all leaves. */
  readonly tree: TileTree;
}

/**
 * Reads a log that is to be continued, and compares it with what was signed. Nothing is changed, so that
 * damaged files can still be restored.
 *
 * @param keys every key that may have signed it, by key id
 * @throws FedshotError `log` when there is less than was signed, or something else; `signature`
 */
export function inspectLog(dir: string, keys: ReadonlyMap<string, Uint8Array>): InspectedLog {
  const path = join(dir, CHECKPOINT_FILE);
  const last = existsSync(path)
    ? openCheckpoint(readBytes(path, MAX_CHECKPOINT_BYTES).toString(), keys)
    : undefined;
  const bundles = countBundles(dir);
  const tree = new TileTree(dir);
  tree.restore(bundles);
  const leaves = Journal.read(dir, bundles) ?? published(dir, bundles, last);
  for (const leaf of leaves) tree.append(leaf);
  if (last) assertExtends(tree, last, path);
  // The first checkpoint is signed before the first leaf is taken.
  else if (tree.size > 0) throw bad(`${path} is gone, and ${tree.size} leaves are there`);
  return { last, bundles, leaves, tree };
}

/** The leaves behind the full bundles as the last checkpoint's files have them: all that a copy has. */
function published(dir: string, bundles: number, last: SignedCheckpoint | undefined): Buffer[] {
  const width = (last?.size ?? 0) - bundles * TILE_WIDTH;
  const path = join(dir, tilePath('entries', bundles, width));
  if (width <= 0 || width >= TILE_WIDTH || !existsSync(path)) return [];
  const entries = decodeBundle(readBytes(path)) ?? [];
  return entries.every((entry) => entry.length === LEAF_BYTES) ? entries : [];
}

/** How many full bundles are stored, one after another from 0. */
function countBundles(dir: string): number {
  const has = (n: number): boolean => existsSync(join(dir, tilePath('entries', n)));
  let [low, high] = [0, 1];
  while (has(high - 1)) [low, high] = [high, high * 2];
  while (low < high - 1) {
    const middle = Math.floor((low + high) / 2);
    if (has(middle - 1)) low = middle;
    else high = middle;
  }
  return low;
}

function assertExtends(tree: TileTree, { size, root }: SignedCheckpoint, path: string): void {
  if (tree.size < size) throw bad(`${path}: it covers ${size} leaves, and ${tree.size} are there`);
  if (!tree.root(size).equals(root))
    throw bad(`${path}: the leaves that are there are not those that were signed`);
}

const bad = (why: string): FedshotError =>
  new FedshotError('log', why, {
    hint: 'nothing was changed: put back the file that was damaged or lost; a log restored from a back-up goes on after: fedshot provider recover',
  });
