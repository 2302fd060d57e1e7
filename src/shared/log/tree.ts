import { join } from 'node:path';
import { asFedshotError } from '../errors.js';
import { readBytes } from '../files.js';
import { consistencyProof, hashLeaf, inclusionProof, treeRoot, type Subtree } from './merkle.js';
import { decodeTile, fold, TILE_BYTES, TILE_HEIGHT, TILE_WIDTH, tilePath } from './tiles.js';

/** A full tile that came to be by the last append. */
export interface FullTile {
  readonly level: number;
  readonly index: number;
  readonly hashes: readonly Uint8Array[];
}

const CACHED_TILES = 256;

/**
 * The Merkle tree of a log. In memory are the tiles at its right edge, at most 256 hashes a level,
 * and those last read; full tiles lie on disk.
 */
export class TileTree {
  #size = 0;
  /** By level, the hashes of the tile that is not full yet. */
  readonly #edge: Uint8Array[][] = [];
  readonly #cache = new Map<string, Uint8Array[]>();

  /** @param dir the folder of the log; its full tiles are read when a proof needs them */
  constructor(readonly dir: string) {}

  get size(): number {
    return this.#size;
  }

  /** Adds one entry. @returns the tiles that it filled, from the bottom; the caller stores them */
  append(entry: Uint8Array): FullTile[] {
    const full: FullTile[] = [];
    this.#size++;
    let hash: Uint8Array = hashLeaf(entry);
    for (let level = 0; ; level++) {
      const row = (this.#edge[level] ??= []);
      row.push(hash);
      if (row.length < TILE_WIDTH) return full;
      const index = this.#size / TILE_WIDTH ** (level + 1) - 1;
      full.push({ level, index, hashes: row });
      this.#remember(tilePath(level, index), row);
      this.#edge[level] = [];
      hash = fold(row);
    }
  }

  /** Takes up a stored tree of `tiles` full bottom tiles, by reading the tiles at its edge. */
  restore(tiles: number): void {
    this.#size = tiles * TILE_WIDTH;
    this.#edge.length = 0;
    this.#edge.push([]);
    for (let level = 1, below = tiles; below > 0; level++) {
      const width = below % TILE_WIDTH;
      const first = below - width;
      this.#edge.push(
        Array.from({ length: width }, (_, i) => fold(this.#tile(level - 1, first + i))),
      );
      below = Math.floor(below / TILE_WIDTH);
    }
  }

  root(size = this.#size): Buffer {
    return Buffer.from(treeRoot(size, this.#subtree));
  }

  /** @param size of a tree that contains `index`, at most that of this one */
  inclusion(size: number, index: number): Uint8Array[] {
    return inclusionProof(size, index, this.#subtree);
  }

  /** @param size2 at most the size of this tree; 0 < size1 ≤ size2 */
  consistency(size1: number, size2: number): Uint8Array[] {
    return consistencyProof(size1, size2, this.#subtree);
  }

  /** The tiles at the right edge that have something in them. */
  partialTiles(): FullTile[] {
    return this.#edge.flatMap((hashes, level) =>
      hashes.length === 0
        ? []
        : [{ level, index: Math.floor(this.#size / TILE_WIDTH ** (level + 1)), hashes }],
    );
  }

  readonly #subtree: Subtree = (height, index) => {
    const level = Math.floor(height / TILE_HEIGHT);
    const width = 2 ** (height % TILE_HEIGHT);
    const tile = Math.floor((index * width) / TILE_WIDTH);
    const begin = index * width - tile * TILE_WIDTH;
    return fold(this.#tile(level, tile).slice(begin, begin + width));
  };

  #tile(level: number, index: number): Uint8Array[] {
    const path = tilePath(level, index);
    const edge = Math.floor(this.#size / TILE_WIDTH ** (level + 1));
    if (index === edge) return this.#edge[level]!;
    const known = this.#cache.get(path);
    if (known) return known;
    try {
      const hashes = decodeTile(readBytes(join(this.dir, path), TILE_BYTES));
      if (hashes.length !== TILE_WIDTH) throw new Error(`${hashes.length} hashes`);
      this.#remember(path, hashes);
      return hashes;
    } catch (error) {
      throw asFedshotError(error, 'log', `cannot read the log's ${path}`);
    }
  }

  #remember(path: string, hashes: Uint8Array[]): void {
    this.#cache.set(path, hashes);
    const [oldest] = this.#cache.keys();
    if (this.#cache.size > CACHED_TILES && oldest !== undefined) this.#cache.delete(oldest);
  }
}
