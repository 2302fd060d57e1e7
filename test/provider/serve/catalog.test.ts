import { readFileSync, writeFileSync } from 'node:fs';
import type * as Fs from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { Catalog } from '../../../src/provider/serve/catalog.js';
import { makeProvider, type TestProvider } from '../../fixtures/provider.js';
import { fileDir } from '../../fixtures/temp.js';

const calls = vi.hoisted(() => ({ count: 0 }));
vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof Fs>();
  const counted =
    <A extends unknown[], R>(what: (...args: A) => R) =>
    (...args: A): R => {
      calls.count++;
      return what(...args);
    };
  return { ...real, readFile: counted(real.readFile), readdir: counted(real.readdir) };
});

const SIZE = { F: 20_000, B: 3_000, C: 3_000 };

describe('a digest that nobody knows', () => {
  const dir = fileDir();
  let provider: TestProvider;
  beforeAll(async () => {
    provider = await makeProvider(dir);
    for (let i = 0; i < 5; i++) await provider.publish(`model-${i}`, SIZE);
  });
  const unknown = (i: number): string => i.toString(16).padStart(64, '0');

  it('is looked up in an index: nothing is read again for it', async () => {
    const catalog = new Catalog(provider.store);
    await expect(catalog.release(unknown(0))).rejects.toMatchObject({ code: 'not-found' });
    const before = calls.count;
    const asked = Array.from({ length: 200 }, (_, i) => catalog.release(unknown(i)).catch(() => 0));
    await Promise.all(asked);
    expect(calls.count).toBe(before);
  });
  it('twin: what is published meanwhile is found, and older versions as well', async () => {
    const catalog = new Catalog(provider.store);
    await catalog.release(unknown(0)).catch(() => undefined);
    const first = await provider.publish('late', SIZE);
    expect((await catalog.release(first.digest)).name).toBe('late');
    const second = await provider.publish('late', { ...SIZE, B: 4_000 });
    expect((await catalog.release(second.digest)).version).toBe(2);
    expect((await catalog.release(first.digest)).version).toBe(1);
  });
  it('a manifest that was changed is not served under the digest that its bytes have now', async () => {
    const path = join(provider.store, 'metadata/releases/model-0/1.json');
    const bytes = readFileSync(path);
    const { sha256 } = await import('../../../src/shared/release/index.js');
    const catalog = new Catalog(provider.store);
    writeFileSync(path, bytes.toString().replace(/"sig":"..../, '"sig":"AAAA'));
    await expect(catalog.release(sha256(readFileSync(path)))).rejects.toThrow();
    writeFileSync(path, bytes);
  });
});
