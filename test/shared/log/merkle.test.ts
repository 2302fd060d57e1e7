import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  consistencyProof,
  EMPTY_ROOT,
  hashLeaf,
  hashNode,
  inclusionProof,
  treeRoot,
  verifyConsistency,
  verifyInclusion,
  type Subtree,
} from '../../../src/shared/log/merkle.js';

const VECTORS = join(import.meta.dirname, '../../vectors/merkle');

interface Vector {
  wantErr: boolean;
  proof: string[] | null;
  [field: string]: unknown;
}

function vectors(kind: string): [string, Vector][] {
  const text = readFileSync(join(VECTORS, `${kind}.json`), 'utf8');
  return Object.entries(JSON.parse(text) as Record<string, Vector>);
}
const bytes = (text: unknown): Buffer => Buffer.from((text as string | null) ?? '', 'base64');
const hashes = (vector: Vector): Buffer[] | null => vector.proof && vector.proof.map(bytes);

describe('verifyInclusion: transparency-dev vectors', () => {
  const all = vectors('inclusion');
  test('98 vectors, 92 of them attacks', () => {
    expect(all).toHaveLength(98);
    expect(all.filter(([, v]) => v.wantErr)).toHaveLength(92);
  });
  test.each(all)('%s', (_name, v) => {
    const [size, index] = [v.treeSize as number, v.leafIdx as number];
    const [leaf, root] = [bytes(v.leafHash), bytes(v.root)];
    expect(verifyInclusion(size, index, leaf, hashes(v), root)).toBe(!v.wantErr);
    const views = hashes(v)?.map((hash) => new Uint8Array(hash)) ?? null;
    expect(verifyInclusion(BigInt(size), BigInt(index), new Uint8Array(leaf), views, root)).toBe(
      !v.wantErr,
    );
  });
});

describe('verifyConsistency: transparency-dev vectors', () => {
  const all = vectors('consistency');
  test('98 vectors, 92 of them attacks', () => {
    expect(all).toHaveLength(98);
    expect(all.filter(([, v]) => v.wantErr)).toHaveLength(92);
  });
  test.each(all)('%s', (_name, v) => {
    const [size1, size2] = [v.size1 as number, v.size2 as number];
    const [root1, root2] = [bytes(v.root1), bytes(v.root2)];
    expect(verifyConsistency(size1, size2, hashes(v), root1, root2)).toBe(!v.wantErr);
    const views = hashes(v)?.map((hash) => new Uint8Array(hash)) ?? null;
    expect(
      verifyConsistency(BigInt(size1), BigInt(size2), views, new Uint8Array(root1), root2),
    ).toBe(!v.wantErr);
  });
});

/** The definition of RFC 6962 section 2.1, without any shortcut. */
function mth(entries: Buffer[]): Buffer {
  if (entries.length === 0) return EMPTY_ROOT;
  if (entries.length === 1) return hashLeaf(entries[0]!);
  let k = 1;
  while (k * 2 < entries.length) k *= 2;
  return hashNode(mth(entries.slice(0, k)), mth(entries.slice(k)));
}
const entries = Array.from({ length: 37 }, (_, i) => Buffer.from(`entry ${i}`));
const subtree: Subtree = (height, index) =>
  mth(entries.slice(index * 2 ** height, (index + 1) * 2 ** height));

describe('treeRoot', () => {
  test.each(entries.map((_, i) => i))('%i entries give the hash of the definition', (n) => {
    expect(treeRoot(n, subtree)).toEqual(mth(entries.slice(0, n)));
  });
});

describe('inclusionProof and consistencyProof', () => {
  test('prove every entry and every prefix of every tree, and nothing else', () => {
    for (let size = 1; size <= entries.length; size++) {
      const root = treeRoot(size, subtree);
      for (let i = 0; i < size; i++) {
        const proof = inclusionProof(size, i, subtree);
        expect(verifyInclusion(size, i, hashLeaf(entries[i]!), proof, root)).toBe(true);
        expect(verifyInclusion(size, i, hashLeaf(Buffer.from('other')), proof, root)).toBe(false);
      }
      for (let old = 1; old <= size; old++) {
        const proof = consistencyProof(old, size, subtree);
        expect(verifyConsistency(old, size, proof, treeRoot(old, subtree), root)).toBe(true);
        expect(verifyConsistency(old, size, proof, hashLeaf(entries[0]!), EMPTY_ROOT)).toBe(false);
      }
    }
  });
});

describe('a node passed off as a leaf', () => {
  test('is refused: second preimage', () => {
    const [a, b] = [hashLeaf(entries[0]!), hashLeaf(entries[1]!)];
    const root = treeRoot(2, subtree);
    expect(verifyInclusion(1, 0, hashLeaf(Buffer.concat([a, b])), [], root)).toBe(false);
  });
});

describe('what is not made of hashes', () => {
  const [a, b] = [hashLeaf(Buffer.of(1)), hashLeaf(Buffer.of(2))];
  const root = hashNode(a, b);
  test('twin: what is, passes', () => {
    expect(verifyInclusion(2, 0, a, [b], root)).toBe(true);
    expect(verifyConsistency(1, 2, [b], a, root)).toBe(true);
    expect(verifyConsistency(2, 2, [], root, root)).toBe(true);
  });
  test.each([undefined, null, 'x'.repeat(32), 32, new Uint8Array(0), new Uint16Array(32), [], {}])(
    'answers false, and does not throw, for %o',
    (odd) => {
      const bad = odd as never;
      expect(verifyInclusion(2, 0, bad, [b], root)).toBe(false);
      expect(verifyInclusion(2, 0, a, [bad], root)).toBe(false);
      expect(verifyInclusion(2, 0, a, [b], bad)).toBe(false);
      expect(verifyInclusion(2, 0, a, bad, root)).toBe(false);
      expect(verifyInclusion(bad, 0, a, [b], root)).toBe(false);
      expect(verifyConsistency(1, 2, [bad], a, root)).toBe(false);
      expect(verifyConsistency(1, 2, bad, a, root)).toBe(false);
      expect(verifyConsistency(1, 2, [b], bad, root)).toBe(false);
      expect(verifyConsistency(1, 2, [b], a, bad)).toBe(false);
      expect(verifyConsistency(2, 2, [], bad, bad)).toBe(false);
    },
  );
});

describe('what is no proof at all', () => {
  const hash = hashLeaf(Buffer.from('entry'));
  const odd: unknown[] = [undefined, null, 'x', 7, {}, [null], ['x'], -1, 1.5, -1n, 2n ** 64n, NaN];
  test.each(odd.map((value) => [value]))('%s is answered false, in any place', (value) => {
    const good: unknown[] = [2, 1, hash, [hash], hashNode(hash, hash)];
    expect(verifyInclusion(...(good as Parameters<typeof verifyInclusion>))).toBe(true);
    for (let place = 0; place < good.length; place++) {
      const bad = good.with(place, value) as Parameters<typeof verifyInclusion>;
      expect(verifyInclusion(...bad)).toBe(false);
      const other = [1, 2, [hash], hash, hashNode(hash, hash)];
      expect(verifyConsistency(...(other as Parameters<typeof verifyConsistency>))).toBe(true);
      const changed = other.with(place, value as number) as Parameters<typeof verifyConsistency>;
      expect(verifyConsistency(...changed)).toBe(false);
    }
  });
});
