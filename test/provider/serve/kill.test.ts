import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Client, credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { program as bundled } from '../../../scripts/program.js';
import { logKeys, openTransparency } from '../../../src/provider/transparency.js';
import { readLog } from '../../../src/shared/log/index.js';
import { random } from '../../../src/shared/random.js';
import { Store } from '../../../src/shared/release/index.js';
import { releaseService } from '../../../src/shared/rpc/index.js';
import { makeProvider, type TestProvider } from '../../fixtures/provider.js';
import { fileDir } from '../../fixtures/temp.js';

const SERVER = join(import.meta.dirname, '../../fixtures/killed-server.ts');
const CHUNKS = 40;
const KILLS = 3;
const raw = (bytes: Buffer): Buffer => bytes;
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('a server that is killed at a random moment', () => {
  const dir = fileDir();
  let provider: TestProvider;
  let digest: string;
  let program: string;
  let child: ChildProcess | undefined;
  beforeAll(async () => {
    program = await bundled(SERVER);
    provider = await makeProvider(dir);
    ({ digest } = await provider.publish('large', { F: CHUNKS * 2 ** 20, B: 9_000, C: 3_000 }));
  });
  afterAll(() => {
    child?.kill('SIGKILL');
  });

  async function start(log: string): Promise<number> {
    child = spawn(process.execPath, [program, dir, log], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const said = await new Promise<Buffer>((resolve) => child!.stdout!.once('data', resolve));
    return Number(said.toString());
  }

  /** Takes chunks until so many have come, kills the server, and goes on to the end of the line. */
  async function receive(port: number, kill: number): Promise<string[]> {
    const [ca] = new Store(provider.store).newestRoot().document.tls.ca;
    const client = new Client(`localhost:${port}`, credentials.createSsl(Buffer.from(ca!)));
    const { path, requestSerialize } = releaseService.GetChunks;
    const indices = Array.from({ length: CHUNKS }, (_, i) => i);
    const request = requestSerialize({ manifest: Buffer.from(digest, 'hex'), indices });
    const received: string[] = [];
    try {
      const messages = client.makeServerStreamRequest(path, raw, raw, request);
      for await (const message of messages as AsyncIterable<Buffer>) {
        received.push(sha256(message));
        if (received.length === kill) child!.kill('SIGKILL');
      }
    } catch {
      // the line is dead; what came before is what counts
    }
    client.close();
    return received;
  }

  it('has put every message that anybody received on record, and its log goes on', async () => {
    const log = join(dir, 'log');
    const draw = random('kills');
    const received: string[] = [];
    for (let i = 0; i < KILLS; i++) {
      const port = await start(log);
      const ended = new Promise((resolve) => child!.once('exit', resolve));
      const got = await receive(port, 1 + draw.int(CHUNKS - 10));
      expect(got.length).toBeLessThan(CHUNKS); // it was killed in the middle
      received.push(...got);
      await ended;
    }
    const { store, keyring } = provider;
    const now = (): Date => new Date();
    await (await openTransparency({ store, keyring, dir: log, now })).close();
    const { leaves, findings } = readLog(log, logKeys(new Store(store).roots()));
    expect(findings).toEqual([]);
    const logged = new Map<string, number>();
    for (const { response } of leaves)
      if (response) logged.set(response, (logged.get(response) ?? 0) + 1);
    for (const one of received) {
      expect(logged.get(one) ?? 0, 'a message without a leaf').toBeGreaterThan(0);
      logged.set(one, logged.get(one)! - 1);
    }
    expect(received.length).toBeGreaterThan(KILLS);
  }, 60_000);
});
