import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { refreshFreshness } from '../../../src/provider/publish/freshness.js';
import { publishRelease } from '../../../src/provider/publish/publish.js';
import { pinRoot, Store, verifyChunk, verifyRelease } from '../../../src/shared/release/index.js';
import { serializeSafetensors } from '../../../src/shared/format/safetensors.js';
import { makeProvider, writeModel } from '../../fixtures/provider.js';
import { providerOfEachTest } from '../../fixtures/provider-of-each-test.js';
import { days, failsWith, NOW } from '../../fixtures/world.js';

const fresh = providerOfEachTest((dir) => makeProvider(dir, NOW));

function setUp() {
  const { dir, store, keyring } = fresh();
  const modelDir = join(dir, 'model');
  writeModel(modelDir, { F: 2 ** 21 + 4, B: 40, C: 20 });
  const options = { store, keyring, now: NOW, modelDir, name: 'digits' };
  const source = new Store(store);
  return {
    store,
    modelDir,
    options,
    source,
    verified: async (now = NOW) =>
      (await verifyRelease(source, pinRoot(source.newestRoot()), 'digits', { now })).release,
    listed: () => source.currentFreshness(source.newestRoot())!.releases,
  };
}
const f32 = (...values: number[]) => ({
  dtype: 'F32' as const,
  shape: [values.length],
  data: new Uint8Array(new Float32Array(values).buffer),
});

describe('publishRelease', () => {
  it('publishes files whose chunks put together are the files', async () => {
    const { options, verified, source, modelDir } = setUp();
    const published = await publishRelease(options);
    const release = await verified();
    expect(release).toMatchObject({ version: 1, digest: published.digest });
    for (const file of release.files) {
      const parts: Uint8Array[] = [];
      const indices = file.chunks.map((_, i) => file.firstChunk + i);
      for await (const bytes of source.chunks(release, indices)) {
        verifyChunk(release.chunks[indices[parts.length]!]!, bytes);
        parts.push(bytes);
      }
      expect(Buffer.concat(parts).equals(readFileSync(join(modelDir, file.path)))).toBe(true);
    }
    expect(release.files[2]!.chunks.map((chunk) => chunk.size).slice(1)).toEqual([
      2 ** 20,
      2 ** 20,
      4,
    ]);
  });

  it('the next version names the one before, and stores only what changed', async () => {
    const { options, verified, modelDir } = setUp();
    const first = await publishRelease(options);
    const unchanged = await publishRelease({ ...options, again: true });
    expect(unchanged).toMatchObject({ version: 2, newBytes: 0, unchanged: false });
    writeFileSync(
      join(modelDir, 'C.safetensors'),
      serializeSafetensors([['weight', f32(1, 2, 3, 4, 5)]]),
    );
    const third = await publishRelease({ ...options, now: days(1) });
    expect(third).toMatchObject({ version: 3, newBytes: 20 });
    const release = await verified(days(1));
    expect(release.previous).toEqual({ version: 2, sha256: unchanged.digest });
    expect(first.newBytes).toBe(first.bytes);
  });

  it('two at once: both are listed', async () => {
    const { options, listed } = setUp();
    await Promise.all(['a', 'b', 'c'].map((name) => publishRelease({ ...options, name })));
    expect(Object.keys(listed()).sort()).toEqual(['a', 'b', 'c']);
  });

  it.each<[string, string, (dir: string) => void]>([
    ['data', 'NaN', (dir) => put(dir, 'F', serializeSafetensors([['w', f32(1, NaN)]]))],
    ['data', 'Inf', (dir) => put(dir, 'B', serializeSafetensors([['w', f32(-Infinity)]]))],
    [
      'format',
      'metadata in the header',
      (dir) => put(dir, 'F', serializeSafetensors([['w', f32(1)]], { note: 'hello' })),
    ],
    [
      'format',
      'trailing bytes',
      (dir) =>
        put(dir, 'C', Buffer.concat([serializeSafetensors([['w', f32(1)]]), Buffer.from('x')])),
    ],
    [
      'format',
      'a file that is no safetensors',
      (dir) => put(dir, 'C', Buffer.from('hello, hello')),
    ],
    ['format', 'an empty file', (dir) => put(dir, 'C', new Uint8Array(0))],
    ['not-found', 'a missing file', (dir) => rmSync(join(dir, 'B.safetensors'))],
  ])('%s: refuses %s, and lists nothing', async (code, _, spoil) => {
    const { options, modelDir, listed } = setUp();
    spoil(modelDir);
    await expect(publishRelease(options)).rejects.toThrow(failsWith(code));
    expect(listed()).toEqual({});
  });

  it.each(['', 'Digits', '../../digits', 'a/b', '-a', 'a'.repeat(65), 'a b', 'ä'])(
    'refuses %j as a name',
    async (name) => {
      const { options, source } = setUp();
      await expect(publishRelease({ ...options, name })).rejects.toThrow(failsWith('usage'));
      expect(readdirSync(source.dir).sort()).toEqual(['metadata', 'trust.json']);
    },
  );

  it('refuses to publish under a root that has expired', async () => {
    const { options } = setUp();
    const late = { ...options, now: days(366) };
    await expect(publishRelease(late)).rejects.toThrow(failsWith('expired'));
  });
});

describe('refreshFreshness', () => {
  it('keeps a release pullable after the list would have expired', async () => {
    const { options, verified } = setUp();
    await publishRelease(options);
    await expect(verified(days(8))).rejects.toThrow(failsWith('expired'));
    const { version, expires } = await refreshFreshness({ ...options, now: days(8) });
    expect(expires).toBe('2026-12-08T12:00:00Z');
    expect(version).toBeGreaterThan(days(7).getTime() / 1000);
    await verified(days(8));
  });

  it('makes a lost list again from the signed manifests, newer than any before', async () => {
    const { options, verified, source, listed } = setUp();
    await publishRelease(options);
    await publishRelease({ ...options, again: true });
    const before = { releases: listed(), bytes: readFileSync(source.freshnessPath()) };
    rmSync(source.freshnessPath());
    await refreshFreshness({ ...options, now: days(1) });
    expect(listed()).toEqual(before.releases);
    await verified(days(1));
  });

  it('tampered list: will not sign what somebody else put into the store', async () => {
    const { options, source } = setUp();
    await publishRelease(options);
    const bytes = readFileSync(source.freshnessPath());
    const envelope = JSON.parse(bytes.toString()) as { payload: string };
    const payload = Buffer.from(envelope.payload, 'base64').toString();
    const forged = payload.replace('"version":1', '"version":9');
    expect(forged).not.toBe(payload);
    envelope.payload = Buffer.from(forged).toString('base64');
    writeFileSync(source.freshnessPath(), JSON.stringify(envelope));
    await expect(refreshFreshness(options)).rejects.toThrow(failsWith('signature'));
    await expect(publishRelease(options)).rejects.toThrow(failsWith('signature'));
  });
});

function put(dir: string, part: string, bytes: Uint8Array): void {
  writeFileSync(join(dir, `${part}.safetensors`), bytes);
}
