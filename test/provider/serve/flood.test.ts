import { mkdtempSync, rmSync } from 'node:fs';
import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2';
import { connect as connectTcp, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sitesDir } from '../../../src/provider/provision/index.js';
import type { ServingOptions, Serving } from '../../../src/provider/serve/index.js';
import { openTransparency } from '../../../src/provider/transparency.js';
import { releaseService } from '../../../src/shared/rpc/index.js';
import {
  askOn,
  enrolledProvider,
  type Certificate,
  type Enrolled,
} from '../../fixtures/enrolled.js';
import * as h2 from '../../fixtures/wire.js';

const raw = (bytes: Buffer): Buffer => bytes;
const { GetChunks, GetManifest } = releaseService;
const grpc = (message: Buffer): Buffer =>
  Buffer.concat([Buffer.of(0), h2.u32(message.length), message]);

describe('one peer that takes what it can', () => {
  let dir: string;
  let enrolled: Enrolled;
  let digest: Buffer;
  let alpha: Certificate;
  let evil: Certificate;
  const lines: string[] = [];
  const open: (() => unknown)[] = [];
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'fedshot-flood-'));
    enrolled = await enrolledProvider(join(dir, 'work'));
    const size = { F: 24_000_000, B: 3_000, C: 3_000 };
    digest = Buffer.from((await enrolled.provider.publish('digits', size)).digest, 'hex');
    [alpha, evil] = [await enrolled.enrol('alpha'), await enrolled.enrol('evil')];
  });
  afterEach(async () => {
    for (const close of open.splice(0).reverse()) await close();
    lines.length = 0;
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  async function start(options: Partial<ServingOptions> = {}): Promise<Serving> {
    const { keyring } = enrolled.provider;
    const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
    const serving = await enrolled.provider.serve({
      sites: sitesDir(keyring),
      memory: [keyring.dir],
      log,
      graceMs: 0,
      ...options,
    });
    open.push(() => serving.close());
    return serving;
  }
  const tls = (who: Certificate) => ({ ca: enrolled.ca, ...who });
  async function wireTo(serving: Serving, who = evil, settings?: Buffer): Promise<h2.Wire> {
    const made = await h2.wire(serving.port, tls(who), settings);
    open.push(() => made.socket.destroy());
    return made;
  }
  async function session(serving: Serving, settings = {}): Promise<ClientHttp2Session> {
    const made = connectHttp2(`https://localhost:${serving.port}`, { ...tls(evil), settings });
    made.on('error', () => undefined);
    open.push(() => made.destroy());
    await new Promise((resolve) => made.once('remoteSettings', resolve));
    return made;
  }
  const chunks = (count: number): Buffer =>
    GetChunks.requestSerialize({
      manifest: digest,
      indices: Array.from({ length: count }, (_, i) => i),
    });
  async function pulls(serving: Serving, who: Certificate): Promise<number> {
    const client = enrolled.connect(serving, who);
    open.push(() => client.close());
    const stream = client.makeServerStreamRequest(GetChunks.path, raw, raw, chunks(20));
    const got = (await stream.toArray()) as Buffer[];
    return got.length;
  }
  const silent = (serving: Serving, from: string): Promise<Socket> =>
    new Promise((resolve) => {
      const socket = connectTcp({ port: serving.port, host: '127.0.0.1', localAddress: from });
      socket.on('error', () => undefined).once('close', () => resolve(socket));
      socket.once('connect', () => resolve(socket));
      open.push(() => socket.destroy());
    });

  it('window 0 on six connections with 16 calls each: another site still pulls', async () => {
    const serving = await start({ limits: { bufferBytes: 32 * 2 ** 20 } });
    for (let i = 0; i < 6; i++) {
      const made = await session(serving, { initialWindowSize: 0 });
      for (let call = 0; call < 16; call++) {
        const stream = made.request({
          ':method': 'POST',
          ':path': GetChunks.path,
          'content-type': 'application/grpc',
          te: 'trailers',
          'user-agent': 'grpc-node-js/1.14.7',
        });
        stream.on('error', () => undefined);
        stream.end(grpc(chunks(20)));
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 300)); // let them take what they get
    expect(await pulls(serving, alpha)).toBe(20);
  }, 30_000);

  it('silent connections: whoever comes from elsewhere gets in, and they are ended', async () => {
    const limits = { maxConnections: 20, maxPerAddress: 16, handshakeMs: 400 };
    const serving = await start({ limits });
    const sockets: Socket[] = [];
    for (let i = 0; i < 15; i++) sockets.push(await silent(serving, '127.0.0.2'));
    for (let i = 0; i < 15; i++) sockets.push(await silent(serving, '127.0.0.3'));
    expect(await enrolled.ask(serving, alpha)).toBe(status.OK);
    await expect.poll(() => sockets.every(({ closed }) => closed), { timeout: 5000 }).toBe(true);
    expect(lines.join()).toContain('no handshake in time');
    expect(lines.length).toBeLessThan(15);
  });
  it('ends a call whose request does not come, and a connection that says nothing after TLS', async () => {
    const serving = await start({ limits: { requestMs: 300 } });
    const made = await wireTo(serving);
    made.send(h2.frame('HEADERS', 1, h2.requestBlock(GetManifest.path), h2.END_HEADERS));
    await made.closed;
    expect(lines.join()).toContain('no whole request in time');
  });
  it('a watched health check ends when the connection would', async () => {
    const serving = await start({ limits: { idleMs: 300 } });
    const client = enrolled.connect(serving, alpha);
    open.push(() => client.close());
    const path = '/grpc.health.v1.Health/Watch';
    const stream = client.makeServerStreamRequest(path, raw, raw, Buffer.alloc(0));
    expect(await stream.toArray()).toEqual([Buffer.from([8, 1])]);
  });
  it('ends a connection whose answers are not taken', async () => {
    const serving = await start({ limits: { stallMs: 300 } });
    const made = await session(serving, { initialWindowSize: 0 });
    const stream = made.request({
      ':method': 'POST',
      ':path': GetManifest.path,
      'content-type': 'application/grpc',
      te: 'trailers',
      'user-agent': 'grpc-node-js/1.14.7',
    });
    stream.on('error', () => undefined);
    stream.end(grpc(GetManifest.requestSerialize({ name: 'digits', version: 1 })));
    await new Promise((resolve) => made.once('close', resolve));
    expect(lines.join()).toContain('an answer was not taken in time');
  });

  it('calls above its rate: one line, one leaf, and the end of the connection', async () => {
    const { store, keyring } = enrolled.provider;
    const log = join(dir, 'rate-log');
    const now = (): Date => new Date();
    const transparency = await openTransparency({ store, keyring, dir: log, now });
    const limits = { peerBurst: 5, peerPerSecond: 0.001 };
    const serving = await start({ transparency, limits });
    const codes: status[] = [];
    for (let i = 0; i < 30; i++) codes.push(await enrolled.ask(serving, evil));
    expect(codes.filter((code) => code === status.OK)).toHaveLength(5);
    expect(codes.filter((code) => code === status.RESOURCE_EXHAUSTED)).toHaveLength(1);
    expect(transparency.size).toBe(6);
    expect(lines.filter((line) => /too many calls/.test(line)).length).toBeLessThan(4);
    expect(await enrolled.ask(serving, alpha)).toBe(status.OK); // twin: each peer by itself
  });
  it('refused calls of a revoked or unknown site count against its rate as well', async () => {
    const limits = { peerBurst: 50, peerPerSecond: 0.001 };
    const serving = await start({ limits });
    const client = enrolled.connect(serving, evil);
    open.push(() => client.close());
    const path = '/fedshot.v1.ReleaseService/Nothing';
    const codes: (status | undefined)[] = [];
    for (let i = 0; i < 20; i++)
      codes.push(
        await new Promise<status>((resolve) => {
          client.makeUnaryRequest(path, raw, raw, Buffer.alloc(0), (error) =>
            resolve(error?.code ?? status.OK),
          );
        }),
      );
    expect(codes.filter((code) => code === status.UNIMPLEMENTED).length).toBeLessThan(8);
  });

  const HEADERS = h2.END_HEADERS | h2.END_STREAM;
  const many = (count: number, make: (i: number) => Buffer): Buffer[] =>
    Array.from({ length: count }, (_, i) => make(i));
  const FLOODS: Record<string, (made: h2.Wire) => void> = {
    pings: (made) => made.send(...many(200, () => h2.frame('PING', 0, Buffer.alloc(8)))),
    settings: (made) => made.send(...many(200, () => h2.frame('SETTINGS', 0))),
    // more than what may be counted as the handshake, if the machine is slow to see it end
    'window updates': (made) =>
      made.send(...many(2500, () => h2.frame('WINDOW_UPDATE', 0, h2.u32(1)))),
    'empty DATA frames': (made) => {
      made.send(h2.frame('HEADERS', 1, h2.requestBlock(GetManifest.path), h2.END_HEADERS));
      made.send(...many(5000, () => h2.frame('DATA', 1)));
    },
    'rapid reset': (made) =>
      made.send(
        ...many(6000, (i) =>
          Buffer.concat([
            h2.frame('HEADERS', 2 * i + 1, h2.requestBlock(GetManifest.path), HEADERS),
            h2.frame('RST_STREAM', 2 * i + 1, h2.u32(8)),
          ]),
        ),
      ),
    'CONTINUATION frames without an end': (made) => {
      made.send(h2.frame('HEADERS', 1, h2.requestBlock(GetManifest.path)));
      made.send(
        ...many(2000, (i) => h2.frame('CONTINUATION', 1, h2.field(`x-${i}`, 'y'.repeat(100)))),
      );
    },
    'a header block that unpacks to megabytes': (made) => {
      // One large field put into HPACK's table, then named again and again (RFC 7541, 6.1).
      const name = Buffer.from('x-large');
      const large = Buffer.concat([
        Buffer.of(0x40, name.length),
        name,
        Buffer.of(0x7f, 0x81, 0x1e), // 4000
        Buffer.alloc(4000, 'z'),
      ]);
      const again = Buffer.alloc(10_000, 0x80 | 62);
      made.send(
        h2.frame(
          'HEADERS',
          1,
          Buffer.concat([h2.requestBlock(GetManifest.path), large, again]),
          HEADERS,
        ),
      );
    },
    '3 KB of metadata, again and again': (made) => {
      const block = Buffer.concat([
        h2.requestBlock(GetManifest.path),
        ...many(24, (i) => h2.field(`x-note-${i}`, 'n'.repeat(110))),
      ]);
      made.send(...many(20, (i) => h2.frame('HEADERS', 2 * i + 1, block, HEADERS)));
    },
  };
  it.each(Object.entries(FLOODS))(
    'a flood of %s: it is cut off, and others are served',
    async (_, flood) => {
      const serving = await start();
      const made = await wireTo(serving);
      flood(made);
      expect(await enrolled.ask(serving, alpha)).toBe(status.OK);
      await made.closed;
      expect(lines.length).toBeLessThan(20);
      expect(await enrolled.ask(serving, alpha)).toBe(status.OK);
    },
    20_000,
  );

  it('twin: a client of small windows, and one of many calls, are not cut off', async () => {
    const serving = await start();
    const client = enrolled.connect(serving, alpha); // 64 KiB: an update for every 32 KiB
    open.push(() => client.close());
    const stream = client.makeServerStreamRequest(GetChunks.path, raw, raw, chunks(20));
    expect(await stream.toArray()).toHaveLength(20);
    for (let i = 0; i < 100; i++) expect(await askOn(client)).toBe(status.OK);
    await new Promise((resolve) => setTimeout(resolve, 1200)); // the server has looked twice
    expect(await askOn(client)).toBe(status.OK);
    expect(lines.join()).not.toContain('cut');
  }, 20_000);
});
