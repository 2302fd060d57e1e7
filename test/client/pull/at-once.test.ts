import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { currentRelease, pull, type PullResult } from '../../../src/client/pull/index.js';
import { tryLock } from '../../../src/shared/lock.js';
import { RELEASE_FILES } from '../../../src/shared/release/index.js';
import { silent } from '../../../src/shared/reporter.js';
import { makeProvider, type TestProvider } from '../../fixtures/provider.js';
import { fileDir } from '../../fixtures/temp.js';

const SIZE = { F: 3_000_000, B: 200_000, C: 5_000 };

describe('pull, beside others and after them', () => {
  const dir = fileDir();
  let provider: TestProvider;
  beforeAll(async () => {
    provider = await makeProvider(dir);
    await provider.publish('digits', SIZE);
  });
  afterAll(() => {});

  const pullTo = (home: string, more: Partial<Parameters<typeof pull>[0]> = {}) =>
    pull({ from: [provider.store], name: 'digits', home, ...more });
  const expectPublished = ({ folder }: PullResult): void => {
    for (const file of RELEASE_FILES)
      expect(
        readFileSync(join(folder, file)).equals(readFileSync(join(dir, 'model', file))),
        file,
      ).toBe(true);
    expect(readdirSync(folder).sort()).toEqual([...RELEASE_FILES, 'manifest.json'].sort());
  };
  const flip = (file: string): void => {
    const bytes = readFileSync(file);
    bytes[bytes.length - 5]! ^= 1;
    writeFileSync(file, bytes);
  };

  it('two at once into an empty home: one brings it, the other finds it here', async () => {
    const home = provider.home('empty');
    const both = await Promise.all([pullTo(home), pullTo(home)]);
    both.forEach(expectPublished);
    expect(both.map(({ upToDate }) => upToDate).sort()).toEqual([false, true]);
    expect(readdirSync(join(home, 'releases/.partial'))).toEqual([]);
  });

  it('four at once over a damaged release: it is there afterwards, and whole', async () => {
    const home = provider.home('damaged');
    const { folder } = await pullTo(home);
    flip(join(folder, 'F.safetensors'));
    const all = await Promise.all([1, 2, 3, 4].map(() => pullTo(home)));
    all.forEach(expectPublished);
    expect(all.filter(({ upToDate }) => !upToDate)).toHaveLength(1);
    expect(readdirSync(join(home, 'releases/.partial'))).toEqual([]);
  });

  it('says that it waits, goes on when the other ends, and can be stopped while it waits', async () => {
    const home = provider.home('waits');
    const lock = tryLock(join(home, 'trust/pull-digits.lock'))!;
    const stop = new AbortController();
    const reason = new Error('stopped');
    const notes: string[] = [];
    const note = (line: string): void => {
      notes.push(line);
      if (notes.length === 2) stop.abort(reason);
    };
    const first = pullTo(home, { reporter: { ...silent, note } });
    await expect.poll(() => notes).toHaveLength(1);
    expect(notes[0]).toContain('is pulling digits already');
    const second = pullTo(home, { reporter: { ...silent, note }, signal: stop.signal });
    await expect(second).rejects.toBe(reason);
    expect(existsSync(join(home, 'releases'))).toBe(false);
    lock.release();
    expectPublished(await first);
  });

  it('does not wait for a pull of another release', async () => {
    const home = provider.home('other');
    const lock = tryLock(join(home, 'trust/pull-faces.lock'))!;
    expectPublished(await pullTo(home));
    lock.release();
  });

  it('points to a release that is whole, where the last pull was ended before it could', async () => {
    const home = provider.home('unnamed');
    const { folder } = await pullTo(home);
    for (const text of [undefined, '', '{}', '{"version":7,"digest":"x"}']) {
      const pointer = join(home, 'releases/digits/current.json');
      if (text === undefined) rmSync(pointer);
      else writeFileSync(pointer, text);
      const result = await pullTo(home);
      expect(result).toMatchObject({ upToDate: true, bytesReceived: 0, bytesReused: 0 });
      expect(currentRelease(home, 'digits').dir).toBe(folder);
    }
  });

  it.each([...RELEASE_FILES, 'manifest.json'])(
    'brings a missing or damaged %s back',
    async (name) => {
      const home = provider.home(`mends ${name}`);
      const { folder } = await pullTo(home);
      flip(join(folder, name));
      expectPublished(await pullTo(home));
      rmSync(join(folder, name));
      expectPublished(await pullTo(home));
    },
  );

  it('removes what killed pulls of this release have left, and nothing of others', async () => {
    const home = provider.home('litter');
    const { folder, release } = await pullTo(home);
    const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as {
      payload: string;
    };
    const named = (name: string) => {
      const statement = JSON.parse(Buffer.from(manifest.payload, 'base64').toString()) as {
        predicate: { name: string };
      };
      statement.predicate.name = name;
      const payload = Buffer.from(JSON.stringify(statement)).toString('base64');
      return JSON.stringify({ ...manifest, payload });
    };
    const partial = join(home, 'releases/.partial');
    const half = (digest: string, name: string): void => {
      mkdirSync(join(partial, digest), { recursive: true });
      writeFileSync(join(partial, digest, 'manifest.json'), named(name));
    };
    half('a'.repeat(64), 'digits');
    half('b'.repeat(64), 'faces');
    half(`${release.digest}.damaged`, 'digits');
    writeFileSync(join(home, 'releases/digits/.current.json.0123456789ab.tmp'), '{');
    expectPublished(await pullTo(home));
    expect(readdirSync(partial)).toEqual(['b'.repeat(64)]);
    expect(readdirSync(join(home, 'releases/digits')).sort()).toEqual(['1', 'current.json']);
  });

  it('takes chunks from what version 0.1 has moved aside as damaged', async () => {
    const home = provider.home('aside');
    const { folder, release } = await pullTo(home);
    const aside = join(home, 'releases/.partial', `${release.digest}.damaged`);
    const { renameSync } = await import('node:fs');
    renameSync(folder, aside);
    const result = await pullTo(home);
    expectPublished(result);
    expect(result.bytesReceived).toBe(0);
    expect(readdirSync(join(home, 'releases/.partial'))).toEqual([]);
  });
});
