/**
 * Merkle trees as RFC 6962 section 2.1 hashes them: a leaf and a node can never be taken for each
 * other, because each is hashed behind a byte of its own.
 */
import { createHash, hash as digest } from 'node:crypto';
import { types } from 'node:util';

export const HASH_BYTES = 32;
const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);

const sha256 = (...parts: Uint8Array[]): Buffer => digest('sha256', Buffer.concat(parts), 'buffer');

/** Root of the tree without leaves. */
export const EMPTY_ROOT: Buffer = createHash('sha256').digest();

/** MTH({d}) of RFC 6962: the hash of one entry. */
export const hashLeaf = (entry: Uint8Array): Buffer => sha256(LEAF, entry);

/** The hash of two subtrees, left and right. */
export const hashNode = (left: Uint8Array, right: Uint8Array): Buffer => sha256(NODE, left, right);

/** The hash of the subtree over entries [index · 2^height, (index + 1) · 2^height). */
export type Subtree = (height: number, index: number) => Uint8Array;

/** Largest power of two below n, for n ≥ 2. */
function split(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/** MTH(D[begin:end]) of RFC 6962 for a range that a proof can ask for; see {@link treeRoot}. */
function rangeHash(subtree: Subtree, begin: number, end: number): Uint8Array {
  const n = end - begin;
  const k = n === 1 ? 1 : split(n);
  if (n === 1 || k * 2 === n) return subtree(Math.log2(n), begin / n);
  return hashNode(rangeHash(subtree, begin, begin + k), rangeHash(subtree, begin + k, end));
}

/** Root of the tree over the first `size` entries. */
export function treeRoot(size: number, subtree: Subtree): Uint8Array {
  return size === 0 ? EMPTY_ROOT : rangeHash(subtree, 0, size);
}

/** PATH(index, D[0:size]) of RFC 6962 section 2.1.1: hashes from the leaf up. */
export function inclusionProof(size: number, index: number, subtree: Subtree): Uint8Array[] {
  const path = (begin: number, end: number): Uint8Array[] => {
    if (end - begin === 1) return [];
    const middle = begin + split(end - begin);
    return index < middle
      ? [...path(begin, middle), rangeHash(subtree, middle, end)]
      : [...path(middle, end), rangeHash(subtree, begin, middle)];
  };
  return path(0, size);
}

/** PROOF(size1, D[0:size2]) of RFC 6962 section 2.1.2, for 0 < size1 ≤ size2. */
export function consistencyProof(size1: number, size2: number, subtree: Subtree): Uint8Array[] {
  const proof = (begin: number, end: number, whole: boolean): Uint8Array[] => {
    if (size1 === end) return whole ? [] : [rangeHash(subtree, begin, end)];
    const middle = begin + split(end - begin);
    return size1 <= middle
      ? [...proof(begin, middle, whole), rangeHash(subtree, middle, end)]
      : [...proof(middle, end, false), rangeHash(subtree, begin, middle)];
  };
  return proof(0, size2, true);
}

/** A size as callers have it; tree sizes of others are 64 bits wide. */
export type TreeSize = number | bigint;

const { isUint8Array } = types; // whichever realm the bytes come from
const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
const isHash = (bytes: unknown): boolean => isUint8Array(bytes) && bytes.length === HASH_BYTES;

/** As an unsigned 64-bit number, exactly; undefined for what is none. */
function sizeOf(n: unknown): bigint | undefined {
  if (typeof n === 'number') return Number.isSafeInteger(n) && n >= 0 ? BigInt(n) : undefined;
  return typeof n === 'bigint' && n >= 0n && n < 2n ** 64n ? n : undefined;
}

/** The hashes of a proof; undefined for what is none. */
function hashesOf(proof: unknown): readonly Uint8Array[] | undefined {
  const given: unknown = proof ?? [];
  return Array.isArray(given) && given.every(isHash) ? (given as Uint8Array[]) : undefined;
}

/**
 * Whether `proof` shows that the entry with `leafHash` stands at `index` in the tree of `size`
 * entries with this root (RFC 9162 section 2.1.3.2). Never throws, whatever it is given.
 *
 * @param proof hashes from the leaf up; null is taken for none
 */
export function verifyInclusion(
  size: TreeSize,
  index: TreeSize,
  leafHash: Uint8Array,
  proof: readonly Uint8Array[] | null,
  root: Uint8Array,
): boolean {
  const [n, at, given] = [sizeOf(size), sizeOf(index), hashesOf(proof)];
  if (n === undefined || at === undefined || at >= n) return false;
  if (!given || !isHash(leafHash) || !isHash(root)) return false;
  let [fn, sn] = [at, n - 1n];
  let hash = leafHash;
  for (const p of given) {
    if (sn === 0n) return false;
    if (fn & 1n || fn === sn) {
      hash = hashNode(p, hash);
      for (; !(fn & 1n) && fn !== 0n; sn >>= 1n) fn >>= 1n;
    } else {
      hash = hashNode(hash, p);
    }
    [fn, sn] = [fn >> 1n, sn >> 1n];
  }
  return sn === 0n && equal(hash, root);
}

/**
 * Whether `proof` shows that the tree of `size2` entries with `root2` begins with the tree of
 * `size1` entries with `root1`: nothing was changed, removed or put in between (RFC 9162 section
 * 2.1.4.2). Never throws. Every tree extends the empty one, so a `size1` of 0 proves nothing and is
 * answered false.
 *
 * @param proof null is taken for none
 */
export function verifyConsistency(
  size1: TreeSize,
  size2: TreeSize,
  proof: readonly Uint8Array[] | null,
  root1: Uint8Array,
  root2: Uint8Array,
): boolean {
  const [n1, n2, given] = [sizeOf(size1), sizeOf(size2), hashesOf(proof)];
  if (n1 === undefined || n2 === undefined || n1 === 0n || n1 > n2) return false;
  if (!given || !isUint8Array(root1) || !isUint8Array(root2)) return false;
  // Of any length, as the published vectors have it: nothing is hashed here. No bytes are no root.
  if (n1 === n2) return given.length === 0 && root1.length > 0 && equal(root1, root2);
  let [fn, sn] = [n1 - 1n, n2 - 1n];
  for (; fn & 1n; sn >>= 1n) fn >>= 1n;
  // A first tree of 2^k entries is itself a node of the second, and is not repeated in the proof.
  const path = fn === 0n ? [root1, ...given] : given;
  const [first, ...rest] = path;
  if (!first || given.length === 0) return false;
  let [old, now] = [first, first];
  for (const p of rest) {
    if (sn === 0n) return false;
    if (fn & 1n || fn === sn) {
      [old, now] = [hashNode(p, old), hashNode(p, now)];
      for (; !(fn & 1n) && fn !== 0n; sn >>= 1n) fn >>= 1n;
    } else {
      now = hashNode(now, p);
    }
    [fn, sn] = [fn >> 1n, sn >> 1n];
  }
  return sn === 0n && equal(old, root1) && equal(now, root2);
}
