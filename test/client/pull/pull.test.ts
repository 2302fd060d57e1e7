import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { currentRelease, pull, type PullResult } from '../../../src/client/pull/index.js';
import type { Serving } from '../../../src/provider/serve/index.js';
import { exportStore } from '../../../src/provider/export/index.js';
import { random } from '../../../src/shared/random.js';
import { RELEASE_FILES } from '../../../src/shared/release/index.js';
import { makeProvider, type TestProvider } from '../../fixtures/provider.js';
import { fileDir } from '../../fixtures/temp.js';

const SIZE = { F: 3_500_000, B: 300_000, C: 5_000 };
const retry = {
  policy: { attempts: 3, baseMs: 1, maxMs: 1 },
  random: random('pull'),
  sleep: () => Promise.resolve(),
};

describe('pull', () => {
  const dir = fileDir();
  let provider: TestProvider;
  let server: Serving;
  beforeAll(async () => {
    provider = await makeProvider(dir);
    await provider.publish('digits', SIZE);
    server = await provider.serve();
  });
  afterAll(async () => {
    await server.close();
  });

  const from = (): string => `localhost:${server.port}`;
  const pullTo = (home: string, ...sources: string[]): Promise<PullResult> =>
    pull({ from: sources.length > 0 ? sources : [from()], name: 'digits', home, retry });
  const expectPublished = ({ folder }: PullResult): void => {
    for (const file of RELEASE_FILES)
      expect(readFileSync(join(folder, file)).equals(readFileSync(join(dir, 'model', file)))).toBe(
        true,
      );
  };

  it('brings the files that were published, and points to them', async () => {
    const home = provider.home('one');
    const result = await pullTo(home);
    expect(result).toMatchObject({ upToDate: false, release: { name: 'digits', version: 1 } });
    expectPublished(result);
    expect(currentRelease(home, 'digits')).toMatchObject({ version: 1, dir: result.folder });
    expect(readdirSync(join(home, 'releases/.partial'))).toEqual([]);
  });

  it('transfers nothing the second time', async () => {
    const home = provider.home('one');
    const again = await pullTo(home);
    expect(again).toMatchObject({ upToDate: true, bytesReceived: 0, chunks: 0 });
  });

  it('repairs a file that was damaged on disk, with the damaged chunk alone', async () => {
    const home = provider.home('one');
    const file = join(currentRelease(home, 'digits').dir, 'F.safetensors');
    const bytes = readFileSync(file);
    bytes[1_500_000]! ^= 1;
    writeFileSync(file, bytes);
    const result = await pullTo(home);
    expect(result.chunks).toBe(1);
    expectPublished(result);
  });

  it('receives only C when only C has changed', async () => {
    const home = provider.home('one');
    const version1 = currentRelease(home, 'digits').dir;
    await provider.publish('digits', SIZE, { C: 2 });
    const result = await pullTo(home);
    expect(result.release.version).toBe(2);
    expect(result.bytesReceived).toBe(5_000); // its header is that of before
    expectPublished(result);
    expect(readdirSync(version1).sort()).toContain('C.safetensors'); // the old version stays
  });

  it('goes on after an interruption with what is missing', async () => {
    const home = provider.home('interrupted');
    const stop = new AbortController();
    const reporter = {
      note: () => undefined,
      warn: () => undefined,
      task: () => ({ advance: () => stop.abort(new Error('stopped')), done: () => undefined }),
    };
    const broken = pull({
      from: [from()],
      name: 'digits',
      home,
      retry,
      reporter,
      signal: stop.signal,
    });
    await expect(broken).rejects.toThrow('stopped');
    expect(() => currentRelease(home, 'digits')).toThrow('holds no release');
    const result = await pullTo(home);
    expect(result.bytesReused).toBeGreaterThan(0);
    expectPublished(result);
  });

  it('mixes a server, a static export and a folder', async () => {
    const out = join(dir, 'export');
    exportStore({ store: provider.store, out, now: new Date() });
    const result = await pullTo(provider.home('mirrors'), from(), out, provider.store);
    expectPublished(result);
    const sum = result.sources.reduce((total, source) => total + source.bytes, 0);
    expect(sum).toBe(result.bytesReceived);
  });

  it('goes on with the others when one mirror is not there', async () => {
    const result = await pullTo(provider.home('absent'), '127.0.0.1:1', from());
    expectPublished(result);
  });

  it('names the address when the provider cannot be reached', async () => {
    await expect(pullTo(provider.home('away'), '127.0.0.1:1')).rejects.toMatchObject({
      code: 'network',
      message: expect.stringContaining('127.0.0.1:1') as string,
    });
  });

  it('refuses a release that the provider does not list', async () => {
    const home = provider.home('name');
    await expect(pull({ from: [from()], name: 'faces', home, retry })).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});
