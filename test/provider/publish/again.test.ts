import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readStore } from '../../../src/audit/release/store.js';
import { refreshFreshness } from '../../../src/provider/publish/freshness.js';
import { publishRelease } from '../../../src/provider/publish/publish.js';
import { pinRoot, Store, verifyRelease } from '../../../src/shared/release/index.js';
import { makeProvider, writeModel } from '../../fixtures/provider.js';
import { providerOfEachTest } from '../../fixtures/provider-of-each-test.js';
import { days, NOW } from '../../fixtures/world.js';

const fresh = providerOfEachTest((dir) => makeProvider(dir, NOW));

function setUp() {
  const { dir, store, keyring } = fresh();
  const modelDir = join(dir, 'model');
  writeModel(modelDir, { F: 4000, B: 40, C: 20 });
  const options = { store, keyring, now: NOW, modelDir, name: 'digits' };
  const source = new Store(store);
  return {
    store,
    modelDir,
    options,
    source,
    /** What an audit finds in the store. */
    findings: () => readStore(store, readFileSync(source.trustPath())).findings,
    verified: async () =>
      (await verifyRelease(source, pinRoot(source.newestRoot()), 'digits', { now: days(1) }))
        .release,
    /** Puts the store back to before the list named the release: what a kill just before that leaves. */
    unlist: (before: Buffer) => writeFileSync(source.freshnessPath(), before),
    list: () => readFileSync(source.freshnessPath()),
    objects: () =>
      readdirSync(join(store, 'objects'), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name)),
  };
}
const half = (path: string): string => join(dirname(path), `.x.${'0'.repeat(12)}.tmp`);

function put(path: string, data = 'half'): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, data);
}

describe('a publish that was killed, and run again', () => {
  it('half-written files and objects that no manifest names: an audit finds nothing afterwards', async () => {
    const { options, source, findings } = setUp();
    const litter = [
      half(source.objectPath('ab'.repeat(32))),
      source.objectPath('cd'.repeat(32)),
      half(source.manifestPath('digits', 1)),
      half(source.freshnessPath()),
      half(source.rootPath(1)),
      half(source.trustPath()),
    ];
    for (const path of litter) put(path);
    expect(findings().length).toBeGreaterThanOrEqual(litter.length);
    expect(await publishRelease(options)).toMatchObject({ version: 1, unchanged: false });
    expect(findings()).toEqual([]);
    for (const path of litter) expect(existsSync(path)).toBe(false);
  });

  it('is tidied by a refresh too, which takes away nothing that a manifest names', async () => {
    const { options, source, findings, objects, verified } = setUp();
    await publishRelease(options);
    const before = objects();
    put(source.objectPath('ef'.repeat(32)));
    put(half(source.objectPath('12'.repeat(32))));
    await refreshFreshness({ ...options, now: days(1) });
    expect(findings()).toEqual([]);
    expect(objects()).toEqual(before);
    await verified();
  });

  it('killed after its manifest: the same version is listed, with the bytes that were signed', async () => {
    const { options, source, unlist, list, findings, verified } = setUp();
    const before = list();
    const { digest } = await publishRelease(options);
    unlist(before);
    const again = await publishRelease({ ...options, now: days(0.01) });
    expect(again).toMatchObject({ version: 1, digest, unchanged: false });
    expect((await verified()).digest).toBe(digest);
    expect(findings()).toEqual([]);
    expect(readdirSync(dirname(source.manifestPath('digits', 1)))).toEqual(['1.json']);
  });

  it('killed after its manifest, then another model: that one is version 1, nothing is left of the first', async () => {
    const { options, unlist, list, modelDir, findings, objects } = setUp();
    const before = list();
    const first = await publishRelease(options);
    unlist(before);
    writeModel(modelDir, { F: 4000, B: 40, C: 20 }, { F: 2, B: 2, C: 2 });
    const second = await publishRelease(options);
    expect(second).toMatchObject({ version: 1, unchanged: false });
    expect(second.digest).not.toBe(first.digest);
    expect(findings()).toEqual([]);
    expect(objects()).toHaveLength(second.chunks);
  });

  it('leaves alone what is not its own, for the audit to find', async () => {
    const { options, source, findings } = setUp();
    const foreign = [
      join(source.dir, 'objects', 'patients.csv'),
      join(source.dir, 'notes.tmp'),
      join(source.dir, 'objects', 'ab', 'cd'.repeat(32)), // not where that object would be
    ];
    for (const path of foreign) put(path);
    await publishRelease(options);
    for (const path of foreign) {
      expect(existsSync(path)).toBe(true);
      const name = relative(source.dir, path);
      expect(findings()).toContain(`${name}: belongs to no signed release`);
    }
  });

  it('removes no object while a manifest cannot be read: that may be restored', async () => {
    const { options, source, objects } = setUp();
    await publishRelease(options);
    const before = objects();
    const manifest = source.manifestPath('digits', 1);
    const bytes = readFileSync(manifest);
    writeFileSync(manifest, bytes.subarray(0, 100));
    await refreshFreshness({ ...options, now: days(1) });
    expect(objects()).toEqual(before);
  });
});

describe('a damaged object', () => {
  it.each([
    ['of the right size', (bytes: Buffer) => bytes.map((byte, i) => (i === 9 ? byte ^ 1 : byte))],
    ['cut short', (bytes: Buffer) => bytes.subarray(1)],
    ['emptied', () => Buffer.alloc(0)],
  ])('%s is repaired by publishing the same weights', async (_, spoil) => {
    const { options, objects, findings, verified } = setUp();
    await publishRelease(options);
    const whole = objects().map((path) => readFileSync(path));
    for (const path of objects()) writeFileSync(path, spoil(readFileSync(path)));
    expect(await publishRelease(options)).toMatchObject({ version: 1, unchanged: true });
    expect(objects().map((path) => readFileSync(path))).toEqual(whole);
    expect(findings()).toEqual([]);
    await verified();
  });
});

describe('the same weights again', () => {
  it('make no new version, unless that is asked for', async () => {
    const { options, list } = setUp();
    const first = await publishRelease(options);
    const before = list();
    const same = await publishRelease({ ...options, now: days(1) });
    expect(same).toMatchObject({ version: 1, digest: first.digest, unchanged: true });
    expect(same.expires).toBe(first.expires);
    expect(list().equals(before)).toBe(true);
    const forced = await publishRelease({ ...options, now: days(1), again: true });
    expect(forced).toMatchObject({ version: 2, newBytes: 0, unchanged: false });
  });

  it('make one when the version that is listed cannot be pulled much longer', async () => {
    const { options } = setUp();
    await publishRelease({ ...options, days: 100 });
    const early = { ...options, days: 100, now: days(69) };
    expect(await publishRelease(early)).toMatchObject({ version: 1, unchanged: true });
    const late = { ...options, days: 100, now: days(71) };
    expect(await publishRelease(late)).toMatchObject({ version: 2, unchanged: false });
  });

  it('one byte of one part that differs is another version', async () => {
    const { options, modelDir } = setUp();
    await publishRelease(options);
    writeModel(modelDir, { F: 4000, B: 40, C: 20 }, { B: 7 });
    expect(await publishRelease(options)).toMatchObject({ version: 2, unchanged: false });
  });
});

describe('a model that is replaced while it is published', () => {
  it('is refused, and leaves nothing in the store', async () => {
    const { options, modelDir, source, findings } = setUp();
    const expected = new Map([['F.safetensors', '0'.repeat(64)]]);
    const failure = publishRelease({ ...options, expected });
    await expect(failure).rejects.toMatchObject({ code: 'digest' });
    expect(source.currentFreshness(source.newestRoot())!.releases).toEqual({});
    expect(existsSync(join(source.dir, 'objects'))).toBe(false);
    expect(findings()).toEqual([]);
    rmSync(modelDir, { recursive: true });
  });
});
