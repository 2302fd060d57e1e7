import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { exportStore } from '../../../src/provider/export/index.js';
import { makeProvider, type TestProvider } from '../../fixtures/provider.js';
import { fileDir } from '../../fixtures/temp.js';

describe('exportStore', () => {
  const dir = fileDir();
  let provider: TestProvider;
  const size = { F: 20_000, B: 3_000, C: 2_000 };
  const now = new Date();
  const out = (): string => join(dir, 'public');
  const files = (folder: string): string[] =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
      .sort();
  beforeAll(async () => {
    provider = await makeProvider(dir);
    await provider.publish('digits', size);
  });

  it('copies what is on offer, and nothing that lies beside it', () => {
    writeFileSync(join(provider.store, 'objects', 'patients.csv'), 'name,diagnosis');
    writeFileSync(join(provider.store, 'metadata', 'notes.txt'), 'private');
    const result = exportStore({ store: provider.store, out: out(), now });
    expect(result.releases).toMatchObject([{ name: 'digits', version: 1 }]);
    expect(files(out()).join()).not.toMatch(/patients|notes/);
    expect(files(out())).toContain('metadata/freshness.json');
    expect(result.newObjects).toBe(files(join(out(), 'objects')).length);
  });
  it('copies only what is new the next time', async () => {
    await provider.publish('digits', size, { C: 2 });
    const result = exportStore({ store: provider.store, out: out(), now });
    expect(result).toMatchObject({ newObjects: 1, newBytes: size.C });
  });
  it('refuses one flipped bit in an object, before the new list is shown', async () => {
    const before = readFileSync(join(out(), 'metadata/freshness.json'));
    await provider.publish('digits', size, { C: 3 });
    const objects = join(provider.store, 'objects');
    const fresh = files(objects).find(
      (file) => file !== 'patients.csv' && !existsSync(join(out(), 'objects', file)),
    )!;
    const bytes = readFileSync(join(objects, fresh));
    bytes[0]! ^= 1;
    writeFileSync(join(objects, fresh), bytes);
    expect(() => exportStore({ store: provider.store, out: out(), now })).toThrow('not the bytes');
    expect(readFileSync(join(out(), 'metadata/freshness.json')).equals(before)).toBe(true);
  });
  it('refuses a list that no client would take any more', () => {
    const late = new Date(now.getTime() + 30 * 86_400_000);
    expect(() => exportStore({ store: provider.store, out: out(), now: late })).toThrow('expired');
  });
});
