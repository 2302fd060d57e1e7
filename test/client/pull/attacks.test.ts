import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { pull, type PullOptions } from '../../../src/client/pull/index.js';
import { FedshotError } from '../../../src/shared/errors.js';
import { random } from '../../../src/shared/random.js';
import { silent } from '../../../src/shared/reporter.js';
import { serveEvil, type Evil } from '../../fixtures/evil.js';
import { makeProvider, type TestProvider } from '../../fixtures/provider.js';
import { fileDir } from '../../fixtures/temp.js';

const retry: PullOptions['retry'] = {
  policy: { attempts: 2, baseMs: 1, maxMs: 1 },
  random: random('attacks'),
  sleep: () => Promise.resolve(),
};

describe('pull from a server that lies', () => {
  const dir = fileDir();
  let provider: TestProvider;
  const open: { close(): void }[] = [];
  let homes = 0;

  beforeAll(async () => {
    provider = await makeProvider(dir);
    await provider.publish('digits', { F: 2_500_000, B: 40_000, C: 4_000 });
  });
  afterEach(() => open.splice(0).forEach((server) => server.close()));

  const readObject = (sha256: string): Buffer =>
    readFileSync(join(provider.store, 'objects', sha256.slice(0, 2), sha256));

  async function attack(
    evil: Evil,
  ): Promise<{ error: FedshotError; home: string; calls: string[] }> {
    const server = await serveEvil(provider, evil);
    open.push(server);
    const home = provider.home(`home-${homes++}`);
    const error = await pull({ from: [server.address], name: 'digits', home, retry }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(FedshotError);
    expect(existsSync(join(home, 'releases/digits'))).toBe(false); // nothing under its final name
    return { error: error as FedshotError, home, calls: server.calls };
  }

  it('accepts what the same server sends honestly', async () => {
    const server = await serveEvil(provider, {});
    open.push(server);
    const home = provider.home('honest');
    const result = await pull({ from: [server.address], name: 'digits', home, retry });
    expect(result.bytesReceived).toBeGreaterThan(2_500_000);
    expect(readdirSync(result.folder).sort()).toContain('F.safetensors');
  });

  it('refuses one flipped bit in a chunk', async () => {
    const { error, calls } = await attack({
      chunk: (data, index) => {
        if (index !== 2) return data;
        const flipped = Buffer.from(data);
        flipped[flipped.length >> 1]! ^= 1;
        return flipped;
      },
    });
    expect(error.code).toBe('digest');
    expect(calls.filter((call) => call === 'chunks').length).toBeLessThanOrEqual(2); // one call per lane, and none after that
  });

  it('refuses another chunk of the same release in place of the one asked for', async () => {
    const seen: Buffer[] = [];
    const { error } = await attack({
      chunk: (data, index) => {
        seen[index] = data;
        return index === 3 ? seen[2]! : data;
      },
    });
    expect(['digest', 'limit']).toContain(error.code);
  });

  it('refuses extra bytes after a chunk', async () => {
    const { error } = await attack({ chunk: (data) => Buffer.concat([data, Buffer.alloc(1)]) });
    expect(error.code).toBe('limit');
  });

  it('refuses a truncated chunk', async () => {
    const { error } = await attack({ chunk: (data) => data.subarray(0, data.length - 1) });
    expect(error.code).toBe('digest');
  });

  it('refuses an oversized message before it is in memory', async () => {
    const { error } = await attack({ chunk: () => Buffer.alloc(8 * 2 ** 20) });
    expect(error.code).toBe('limit');
    expect(error.message).toContain('more than it may');
  });

  it('ends an endless stream', async () => {
    let sent = 0;
    const { error } = await attack({
      chunks: async (call, release) => {
        const data = readObject(release.chunks[0]!.sha256);
        while (!call.cancelled) {
          call.write({ data });
          sent++;
          await new Promise((resolve) => setImmediate(resolve));
        }
      },
    });
    expect(['digest', 'limit']).toContain(error.code);
    expect(sent).toBeLessThan(10_000);
  });

  it('cuts off an endless stream that begins with everything that was asked for', async () => {
    let cutOff = false;
    const server = await serveEvil(provider, {
      chunks: async (call, release) => {
        for (const index of call.request.indices)
          call.write({ data: readObject(release.chunks[index]!.sha256) });
        while (!call.cancelled) {
          call.write({ data: Buffer.alloc(10) });
          await new Promise((resolve) => setImmediate(resolve));
        }
        cutOff = true;
      },
    });
    open.push(server);
    const home = provider.home('excess');
    const warnings: string[] = [];
    const reporter = { ...silent, warn: (line: string) => void warnings.push(line) };
    await pull({ from: [server.address], name: 'digits', home, retry, reporter });
    await expect.poll(() => cutOff).toBe(true);
    expect(warnings.join()).toContain('not asked for');
  });

  it('refuses a stream that ends early', async () => {
    const { error } = await attack({ chunks: (call) => void call.end() });
    expect(error.code).toBe('network');
  });

  it.each(['freshness', 'manifest'])('refuses one flipped bit in the %s', async (which) => {
    const { error, calls } = await attack({
      metadata: (envelope, name) => {
        if (name !== which) return envelope;
        const text = Buffer.from(envelope).toString();
        const at = text.indexOf('"payload":"') + 60;
        return Buffer.from(text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1));
      },
    });
    expect(['signature', 'digest', 'format']).toContain(error.code);
    expect(calls).not.toContain('chunks');
  });

  it('refuses metadata without end', async () => {
    const { error } = await attack({ metadata: () => Buffer.alloc(6 * 2 ** 20) });
    expect(error.code).toBe('limit');
  });

  it('refuses a server whose certificate another authority signed (wrong pinned key)', async () => {
    const other = await makeProvider(join(dir, 'other'));
    const server = await serveEvil(provider, {});
    open.push(server);
    const error = await pull({
      from: [server.address],
      name: 'digits',
      home: other.home('site'),
      retry,
    }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'trust' });
  });

  it('goes on with an honest mirror when another one lies', async () => {
    const [liar, honest] = [
      await serveEvil(provider, { chunk: (data) => Buffer.from(data).fill(7, 0, 1) }),
      await serveEvil(provider, {}),
    ];
    open.push(liar, honest);
    const home = provider.home('mixed');
    const warnings: string[] = [];
    const reporter = { ...silent, warn: (line: string) => void warnings.push(line) };
    const result = await pull({
      from: [liar.address, honest.address],
      name: 'digits',
      home,
      retry,
      reporter,
    });
    expect(result.sources[0]!.bytes).toBe(0);
    expect(warnings.join()).toContain('going on without this source');
  });
});
