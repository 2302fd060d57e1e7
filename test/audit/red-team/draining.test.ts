import { connect as connectHttp2 } from 'node:http2';
import { status, type ClientReadableStream } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import { healthAnswer, healthQuestions } from '../../../src/shared/rpc/standard.js';
import { live, type Live } from '../../fixtures/live.js';
import { failed, redTeam } from '../../fixtures/red-team.js';

const red = redTeam();
const WATCH = '/grpc.health.v1.Health/Watch';
const CHECK = '/grpc.health.v1.Health/Check';
const raw = (bytes: Buffer): Buffer => bytes;
/** Far longer than a test may take: who waits for it fails. */
const LONG = 600_000;

interface Watched {
  stream: ClientReadableStream<Buffer>;
  seen: Buffer[];
  first: Promise<void>;
  end: Promise<status>;
}

/** Watches a server's health until it ends. */
function watch({ client }: Live, question = healthQuestions[0]!): Watched {
  const stream = client.makeServerStreamRequest(WATCH, raw, raw, question);
  const seen: Buffer[] = [];
  const first = new Promise<void>((resolve) => {
    stream.on('data', (answer: Buffer) => {
      seen.push(answer);
      resolve();
    });
  });
  const end = new Promise<status>((resolve) => {
    stream.on('error', () => undefined).on('status', ({ code }) => resolve(code));
  });
  return { stream, seen, first, end };
}

const [SERVING, NOT_SERVING, UNKNOWN] = (
  ['SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'] as const
).map(healthAnswer);

describe('a server that drains while its health is watched, through the proxy', () => {
  test('every watcher is told and sent away, the server ends before its time is up, and all is on record', async () => {
    const outcomes: unknown[] = [];
    const result = await live(red, { honest: true, serve: { graceMs: LONG } }, async (site) => {
      const stranger = Buffer.concat([Buffer.of(0x0a, 1), Buffer.from('x')]);
      const watchers = [watch(site), watch(site, healthQuestions[2]), watch(site, stranger)];
      await Promise.all(watchers.map(({ first }) => first));
      await site.fetch();
      const stopped = site.stop();
      for (const { end, seen } of watchers) outcomes.push([await end, ...seen]);
      await stopped;
    });
    const told = [status.OK, SERVING, NOT_SERVING];
    expect(outcomes).toEqual([told, told, [status.OK, UNKNOWN]]);
    expect(failed(result)).toBe('');
    expect(result).toMatchObject({ unexplainedBytes: 0, connections: [{ calls: 6 }] });
  });

  test('a watcher that does not listen is cut off when the time is up', async () => {
    const result = await live(
      red,
      { honest: true, connections: 2, serve: { graceMs: 300 } },
      async (site) => {
        const { ca, address } = site;
        const session = connectHttp2(`https://${address}`, {
          ca,
          settings: { initialWindowSize: 0 },
        });
        session.on('error', () => undefined);
        const headers = { 'content-type': 'application/grpc', 'user-agent': 'probe/1.0' };
        const deaf = session.request({ ':method': 'POST', ':path': WATCH, ...headers });
        deaf.on('error', () => undefined).end(Buffer.alloc(5));
        await new Promise((resolve) => deaf.once('response', resolve));
        const { first, end } = watch(site);
        await first;
        await site.stop();
        expect(await end).toBe(status.OK);
      },
    );
    expect(failed(result)).toBe('');
  });

  test('who asks on an open connection while others are let finish learns that it is over', async () => {
    let said: unknown;
    const result = await live(red, { honest: true, serve: { graceMs: LONG } }, async (site) => {
      await site.fetch();
      const stopped = site.stop();
      said = await site.call(CHECK, healthQuestions[0]!);
      await stopped;
    });
    expect([String(NOT_SERVING), expect.stringMatching(/conn|unavail|reset|clos/i)]).toContainEqual(
      String(said),
    );
    expect(failed(result)).toBe('');
  });

  test('a watcher that goes away while the server drains leaves no gap', async () => {
    const result = await live(red, { honest: true, serve: { graceMs: LONG } }, async (site) => {
      const one = watch(site);
      await one.first;
      const stopped = site.stop();
      one.stream.cancel();
      expect([status.CANCELLED, status.OK]).toContain(await one.end);
      await stopped;
    });
    expect(failed(result)).toBe('');
  });
});
