import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { pull } from '../../../src/client/pull/index.js';
import { openSources } from '../../../src/client/transfer/index.js';
import { Pace } from '../../../src/client/transfer/pace.js';
import { exportStore } from '../../../src/provider/export/index.js';
import { openServerTls } from '../../../src/provider/keys/tls.js';
import { openManifest, Store, type Release } from '../../../src/shared/release/index.js';
import { serveEvil, type Evil } from '../../fixtures/evil.js';
import { makeProvider, type TestProvider } from '../../fixtures/provider.js';
import { fileDir, tempDir } from '../../fixtures/temp.js';

/** How long a test's source may be silent. */
const STALL_MS = 900;

let provider: TestProvider;
let release: Release;
const dir = fileDir();
/** The index of a chunk of a megabyte. */
let big: number;
const opened: { close: () => unknown }[] = [];
beforeAll(async () => {
  provider = await makeProvider(dir);
  await provider.publish('digits', { F: 2_500_000, B: 30_000, C: 3_000 });
  const store = new Store(provider.store);
  release = openManifest(store.newestRoot(), readFileSync(store.manifestPath('digits', 1)));
  big = release.chunks.findIndex(({ size }) => size === 2 ** 20);
});
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

const source = (address: string) => {
  const { ca } = new Store(provider.store).newestRoot().document.tls;
  const [made] = openSources([address], { ca, stallMs: STALL_MS, answerMs: STALL_MS });
  if (!made) throw new Error('no source');
  opened.push(made);
  return made;
};

/** What a source brings of the first chunks. */
async function fetched(address: string, indices: number[]): Promise<number[]> {
  const sizes: number[] = [];
  for await (const bytes of source(address).chunks(release, indices)) sizes.push(bytes.length);
  return sizes;
}

const object = (index: number): Buffer => {
  const { sha256 } = release.chunks[index] ?? { sha256: '' };
  return readFileSync(new Store(provider.store).objectPath(sha256));
};

describe('a slow https mirror', () => {
  async function mirror(trickle: (bytes: Buffer) => readonly [bytes: number, everyMs: number]) {
    const server: Server = createServer(await openServerTls(provider.keyring), (_, response) => {
      const bytes = object(big);
      const [step, everyMs] = trickle(bytes);
      const send = async (): Promise<void> => {
        for (let at = 0; at < bytes.length && !response.destroyed; at += step) {
          response.write(bytes.subarray(at, at + step));
          await sleep(everyMs);
        }
        response.end();
      };
      void send();
    });
    opened.push({
      close: () => {
        server.closeAllConnections();
        server.close();
      },
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('a byte now and then: given up, although it is never silent', async () => {
    const address = await mirror(() => [1, STALL_MS / 6]);
    await expect(fetched(address, [big])).rejects.toMatchObject({
      code: 'network',
      message: expect.stringMatching(/only \d+ bytes in 0\.9 s/) as string,
    });
  });

  it('an honest slow line, for many times as long, is waited for', async () => {
    const address = await mirror((bytes) => [Math.ceil(bytes.length / 8), STALL_MS / 2]);
    expect(await fetched(address, [big])).toEqual([object(big).length]);
  });
});

describe('Pace', () => {
  it('adds up what arrives in all requests at once, and begins anew after a rest', async () => {
    const pace = new Pace('mirror', 50);
    await Promise.all([
      pace.during(() => sleep(160)),
      pace.during(async () => {
        for (let at = 0; at < 16; at++) {
          pace.arrived(2000);
          await sleep(10);
        }
      }),
    ]);
    expect(pace.signal.aborted).toBe(false);
    await pace.during(() => sleep(120));
    expect(pace.signal.aborted).toBe(true);
    await pace.during(() => Promise.resolve());
    expect(pace.signal.aborted).toBe(false);
  });
});

describe('a slow server', () => {
  const serve = async (evil: Evil): Promise<string> => {
    const server = await serveEvil(provider, evil);
    opened.push(server);
    return server.address;
  };
  /** Sends each chunk after so long. */
  const late = (ms: number): Evil['chunks'] => {
    return async (call) => {
      for (const index of call.request.indices) {
        await sleep(ms);
        if (call.cancelled) return;
        call.write({ data: object(index) });
      }
      call.end();
    };
  };

  it('is there, and its line is slow: the next try waits twice as long, until a chunk has come', async () => {
    const slow = source(await serve({ chunks: late(3 * STALL_MS) }));
    const tries: string[] = [];
    for (let got = 0; got === 0;)
      try {
        for await (const bytes of slow.chunks(release, [0])) got = bytes.length;
      } catch (error) {
        tries.push((error as Error).message.replace(/^\S+ /, ''));
      }
    expect(tries).toEqual(['no chunk within 0.9 s', 'no chunk within 1.8 s']);
  });

  it('sends nothing, and answers nothing: the call fails and says so', async () => {
    const address = await serve({
      chunks: () => sleep(60_000, undefined, { ref: false }),
      silent: true,
    });
    const silent = source(address);
    await expect(silent.chunks(release, [0])[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'network',
    });
  });
});

describe('a pipe in a store', () => {
  it('is refused, where reading it would wait for ever', async () => {
    const out = join(tempDir(), 'export');
    exportStore({ store: provider.store, out, now: new Date() });
    const list = join(out, 'metadata', 'freshness.json');
    rmSync(list);
    execFileSync('mkfifo', [list]);
    const home = provider.home('pipe');
    await expect(pull({ from: [out], name: 'digits', home })).rejects.toMatchObject({
      message: expect.stringContaining('not a regular file') as string,
    });
  });
});
