import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sealRoot, sha256, Store } from '../../../src/shared/release/index.js';
import { tempDir } from '../../fixtures/temp.js';
import { failsWith, modelFiles, rootDocument, signer, World } from '../../fixtures/world.js';

const put = (path: string, bytes: Uint8Array): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
};
const root = [signer('root')];

describe('Store', () => {
  it('finds the newest root along the chain', () => {
    const store = new Store(tempDir());
    expect(() => store.newestRoot()).toThrow(failsWith('not-found'));
    const world = new World().rotate(rootDocument(), root).rotate(rootDocument(), root);
    world.roots.forEach((bytes, i) => put(store.rootPath(i + 1), bytes));
    expect(store.newestRoot().version).toBe(3);
  });

  it('planted root: does not take what a stranger signed for the newest', () => {
    const store = new Store(tempDir());
    put(store.rootPath(1), new World().roots[0]!);
    const stranger = [signer('stranger')];
    const planted = (version: number): Uint8Array =>
      sealRoot(rootDocument({ root: { signers: stranger } }, { version }), stranger);
    put(store.rootPath(9), planted(9));
    expect(store.newestRoot().version).toBe(1);
    put(store.rootPath(2), planted(2));
    expect(() => store.newestRoot()).toThrow(failsWith('signature'));
  });

  it('endless data: reads no more than it is allowed, and says what is missing', async () => {
    const store = new Store(tempDir());
    put(store.freshnessPath(), Buffer.alloc(100));
    await expect(store.freshness(100)).resolves.toHaveLength(100);
    await expect(store.freshness(99)).rejects.toThrow(failsWith('limit'));
    await expect(store.manifest('digits', 1, 100)).rejects.toThrow(failsWith('not-found'));
    await expect(store.root(1, 100)).resolves.toBeUndefined();
  });

  it('writes an object once, and again where half of one lies', () => {
    const store = new Store(tempDir());
    const bytes = modelFiles()['F.safetensors'];
    const chunk = { sha256: sha256(bytes), size: bytes.length };
    expect(store.objectPath(chunk.sha256)).toBe(
      join(store.dir, 'objects', chunk.sha256.slice(0, 2), chunk.sha256),
    );
    expect(store.writeObject(chunk, bytes)).toBe(true);
    expect(store.writeObject(chunk, bytes)).toBe(false);
    put(store.objectPath(chunk.sha256), bytes.subarray(1));
    expect(store.writeObject(chunk, bytes)).toBe(true);
  });
});
