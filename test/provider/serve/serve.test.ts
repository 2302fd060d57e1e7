import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ServingOptions, Serving } from '../../../src/provider/serve/index.js';
import { openRoot } from '../../../src/shared/release/index.js';
import { releaseService } from '../../../src/shared/rpc/index.js';
import { call, connectTo, outcome, raw } from '../../fixtures/calls.js';
import { makeProvider, type TestProvider } from '../../fixtures/provider.js';

describe('serve', () => {
  let dir: string;
  let provider: TestProvider;
  let ca: string;
  const open: { close(): unknown }[] = [];
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'fedshot-serve-'));
    provider = await makeProvider(dir);
    await provider.publish('digits', { F: 2_300_000, B: 30_000, C: 3_000 });
    await provider.publish('faces', { F: 20_000, B: 3_000, C: 3_000 });
    ca = openRoot(readFileSync(provider.trustFile)).document.tls.ca.join('\n');
  });
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  async function start(options: Partial<ServingOptions> = {}): Promise<Serving> {
    const serving = await provider.serve(options);
    open.push(serving);
    return serving;
  }
  function connect(serving: Serving, identity: { cert?: string; key?: string } = {}): Client {
    const client = connectTo(serving.port, ca, identity);
    open.push(client);
    return client;
  }
  const manifest = releaseService.GetManifest;
  const ask = (name: string): Buffer => manifest.requestSerialize({ name, version: 1 });

  describe('requests', () => {
    it('answers one within the rules', async () => {
      const client = connect(await start());
      expect((await call(client, manifest.path, ask('digits'))).length).toBeGreaterThan(500);
    });
    it('refuses a name that is not on the signed list, also one that is a path', async () => {
      const client = connect(await start());
      for (const name of ['my patient data', '../../keys', 'digits/../digits', '__proto__'])
        expect(await outcome(call(client, manifest.path, ask(name)))).toBe(status.NOT_FOUND);
    });
    it('refuses data smuggled in an over-long name', async () => {
      const client = connect(await start());
      const code = await outcome(call(client, manifest.path, ask('a'.repeat(65))));
      expect(code).toBe(status.RESOURCE_EXHAUSTED);
    });
    it('refuses data smuggled in an unknown field', async () => {
      const client = connect(await start());
      const extra = Buffer.concat([ask('digits'), Buffer.from([0x7a, 2, 1, 2])]);
      expect(await outcome(call(client, manifest.path, extra))).toBe(status.INVALID_ARGUMENT);
    });
    it('refuses data smuggled in a padded number', async () => {
      const client = connect(await start());
      const padded = Buffer.concat([ask('digits').subarray(0, -1), Buffer.from([0x81, 0x00])]);
      expect(await outcome(call(client, manifest.path, padded))).toBe(status.INVALID_ARGUMENT);
    });
    it('refuses data smuggled in metadata', async () => {
      const client = connect(await start());
      const metadata = new Metadata();
      metadata.set('x-note', 'pixels');
      const code = await outcome(call(client, manifest.path, ask('digits'), metadata));
      expect(code).toBe(status.INVALID_ARGUMENT);
    });
    it('refuses an oversized request', async () => {
      const client = connect(await start());
      const code = await outcome(call(client, manifest.path, Buffer.alloc(5000)));
      expect(code).toBe(status.RESOURCE_EXHAUSTED);
    });
    it.each([
      ['descending', [3, 2]],
      ['the same twice', [1, 1]],
      ['none', []],
      ['beyond the last', [9999]],
    ])('refuses chunk indices that are %s', async (_, indices) => {
      const { digest } = await provider.publish('faces', { F: 20_000, B: 3_000, C: 3_000 });
      const client = connect(await start());
      const { path, requestSerialize } = releaseService.GetChunks;
      const request = requestSerialize({ manifest: Buffer.from(digest, 'hex'), indices });
      const stream = client.makeServerStreamRequest(path, raw, raw, request);
      const code = await outcome(stream.toArray());
      expect([status.INVALID_ARGUMENT, status.NOT_FOUND]).toContain(code);
    });
    it('says nothing in an error but one word of a fixed list', async () => {
      const client = connect(await start());
      const error = await call(client, manifest.path, ask('secret')).catch(
        (e: unknown) => e as ServiceError,
      );
      expect((error as ServiceError).details).toBe('not-found');
      expect(Object.keys((error as ServiceError).metadata.getMap())).not.toContain('secret');
    });
    it('turns away a peer that calls too often, and lets it in again later', async () => {
      const serving = await start({ limits: { peerBurst: 3, peerPerSecond: 0.5 } });
      const client = connect(serving);
      const codes = [];
      for (let i = 0; i < 6; i++)
        codes.push(await outcome(call(client, manifest.path, ask('digits'))));
      expect(codes).toContain(status.RESOURCE_EXHAUSTED);
      await expect
        .poll(() => outcome(call(client, manifest.path, ask('digits'))), { timeout: 15_000 })
        .toBe(status.OK);
    });
    it('drops connections above its limit', async () => {
      const serving = await start({ limits: { maxConnections: 1 } });
      expect(await outcome(call(connect(serving), manifest.path, ask('digits')))).toBe(status.OK);
      expect(await outcome(call(connect(serving), manifest.path, ask('digits')))).toBe(
        status.UNAVAILABLE,
      );
    });
    it('cuts off a slow reader', async () => {
      const { digest } = await provider.publish('digits', { F: 50_000_000, B: 30_000, C: 3_000 });
      const lines: string[] = [];
      const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
      const client = connect(await start({ limits: { stallMs: 200 }, log }));
      const { path, requestSerialize } = releaseService.GetChunks;
      const indices = Array.from({ length: 50 }, (_, i) => i);
      const request = requestSerialize({ manifest: Buffer.from(digest, 'hex'), indices });
      const stream = client.makeServerStreamRequest(path, raw, raw, request);
      stream.on('error', () => undefined).on('data', () => stream.pause()); // reads one
      await expect
        .poll(() => lines.join(), { timeout: 20_000 })
        .toMatch(/took \d+ s and more for \d+ bytes|not taken in time/);
      await expect.poll(() => client.getChannel().getConnectivityState(false)).not.toBe(2); // READY
    });
  });

  describe('standard services', () => {
    it('answers health checks', async () => {
      const client = connect(await start());
      const answer = await call(client, '/grpc.health.v1.Health/Check', Buffer.alloc(0));
      expect([...answer]).toEqual([8, 1]); // SERVING
    });
    it('answers reflection', async () => {
      const client = connect(await start());
      const path = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
      const stream = client.makeBidiStreamRequest(path, raw, raw);
      stream.write(Buffer.from([0x3a, 1, 0x2a])); // list_services: "*"
      stream.end();
      const [answer] = (await stream.toArray()) as Buffer[];
      expect(answer!.toString('latin1')).toContain('fedshot.v1.ReleaseService');
    });
    it('serves metrics on a port of their own', async () => {
      const serving = await start({ metricsPort: 0 });
      await call(connect(serving), manifest.path, ask('digits'));
      const text = await (await fetch(`http://${serving.metricsAddress!}/metrics`)).text();
      expect(text).toMatch(/fedshot_sent_bytes_total\{site="any",release="digits"\} \d{3,}/);
      expect((await fetch(`http://${serving.metricsAddress!}/`)).status).toBe(404);
    });
    it('finishes what is under way when it is closed', async () => {
      const { digest } = await provider.publish('drained', { F: 20_000_000, B: 30_000, C: 3_000 });
      const serving = await start({ graceMs: 20_000 });
      const { path, requestSerialize } = releaseService.GetChunks;
      const indices = Array.from({ length: 15 }, (_, i) => i);
      const request = requestSerialize({ manifest: Buffer.from(digest, 'hex'), indices });
      const stream = connect(serving).makeServerStreamRequest(path, raw, raw, request);
      const received: Buffer[] = [];
      let closing: Promise<void> | undefined;
      for await (const message of stream as AsyncIterable<Buffer>) {
        received.push(message);
        closing ??= serving.close(); // the first of fifteen has come
      }
      expect(received).toHaveLength(15);
      await closing;
      const late = connect(serving);
      expect(await outcome(call(late, manifest.path, ask('digits')))).toBe(status.UNAVAILABLE);
    });
  });
});
