import { Metadata } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import { pull } from '../../../src/client/pull/index.js';
import { releaseService } from '../../../src/shared/rpc/index.js';
import { live, type Live, type LiveOptions } from '../../fixtures/live.js';
import { failed, redTeam, unattributed } from '../../fixtures/red-team.js';

const red = redTeam();

/** Real traffic through the real proxy: the attack is caught in these words, its twin passes. */
async function caught(
  attack: LiveOptions,
  words: string | RegExp,
  talk: (live: Live) => Promise<unknown> = ({ fetch }) => fetch(),
  twin: (live: Live) => Promise<unknown> = talk,
): Promise<void> {
  const honest = await live(red, {}, twin);
  expect(failed(honest)).toBe('');
  expect(honest).toMatchObject({ verdict: 'PASS', unexplainedBytes: 0 });
  expect(honest.connections).toHaveLength(1);
  const result = await live(red, attack, talk);
  expect([failed(result), unattributed(result)].join('\n')).toMatch(words);
  expect(result.verdict).not.toBe('PASS');
}

const metadata = (bytes: number, salt = 0): Metadata => {
  const value = new Metadata();
  value.set('x-note', `${salt}`.padEnd(bytes, 'x')); // repeated, it would be a byte (HPACK)
  return value;
};
const extra = (message: Buffer): Buffer => Buffer.concat([message, Buffer.alloc(200, 7)]);
const UNEXPLAINED = /egress: connection 0 .*\d+ bytes from the provider that nothing explains/;
const { GetManifest, GetFreshness } = releaseService;

describe('what a modified server sends through the proxy', () => {
  test('extra bytes after each chunk, logged as if they were not there', () =>
    caught({ chunk: extra }, UNEXPLAINED));

  test('extra bytes after each chunk, logged as they were sent', () =>
    caught(
      {
        chunk: extra,
        logged: (entry) =>
          entry.method === 'GetChunks' && entry.status === 0
            ? { ...entry, bytes: entry.bytes + 200 }
            : entry,
      },
      /were sent where chunk \d+ of digits 1 has/,
    ));

  test('a chunk that is not logged', () =>
    caught(
      {
        logged: (entry) => (entry.bytes > 100_000 ? undefined : entry),
      },
      UNEXPLAINED,
    ));

  test('a server that logs nothing at all', () => caught({ logged: () => undefined }, UNEXPLAINED));

  test('content in the metadata before the chunks', () =>
    caught({ header: metadata(2000) }, UNEXPLAINED));

  test('content in the trailers', () => caught({ trailer: metadata(2000) }, UNEXPLAINED));

  test('content in error messages', () => {
    const ask = async ({ call }: Live): Promise<void> => {
      for (let i = 0; i < 10; i++) await call(GetManifest.path, Buffer.from([0x10, i + 2]));
    };
    let i = 0;
    const details = (): string => Buffer.alloc(200, i++).toString('hex');
    return caught({ details }, UNEXPLAINED, ask);
  });
});

describe('what a site sends through the proxy', () => {
  const name = (i: number): string => `patient-${i}-`.padEnd(64, 'x');
  const ask = (text: string): Buffer => GetManifest.requestSerialize({ name: text, version: 1 });

  test('its data in the name field, again and again', async () => {
    let answers: unknown[] = [];
    await caught(
      {},
      /connection 0 .*up to \d+ bytes to the provider in requests that were refused/,
      async ({ call }) => {
        answers = [];
        for (let i = 0; i < 40; i++) answers.push(await call(GetManifest.path, ask(name(i))));
      },
      async ({ call }) => {
        await call(GetManifest.path, ask(name(0))); // a mistyped name
        for (let i = 0; i < 10; i++) await call(GetManifest.path, ask('digits'));
      },
    );
    expect(answers.every((answer) => answer === 'not-found')).toBe(true);
  });

  test('its data in requests of an unusual size', async () => {
    let answers: unknown[] = [];
    const padded = (bytes: number): Buffer =>
      Buffer.concat([ask('digits'), Buffer.of(0x7a, bytes & 0x7f), Buffer.alloc(bytes, 1)]);
    await caught(
      {},
      /\d+ bytes to the provider that nothing explains/,
      async ({ call }) => {
        answers = [];
        for (let i = 0; i < 20; i++) answers.push(await call(GetManifest.path, padded(120)));
      },
      async ({ call }) => {
        for (let i = 0; i < 20; i++) await call(GetManifest.path, ask('digits'));
      },
    );
    expect(answers.every((answer) => answer === 'limit')).toBe(true);
  });

  test('its data in metadata', async () => {
    let answers: unknown[] = [];
    await caught(
      { honest: true },
      /\d+ bytes to the provider that nothing explains/,
      async ({ call }) => {
        answers = [];
        for (let i = 0; i < 10; i++)
          answers.push(await call(GetFreshness.path, Buffer.alloc(0), metadata(300, i)));
      },
      async ({ call }) => {
        for (let i = 0; i < 10; i++) await call(GetFreshness.path, Buffer.alloc(0));
      },
    );
    expect(answers.every((answer) => answer === 'format')).toBe(true);
  });
});

describe('what an honest site does through the proxy', () => {
  test('a pull that is interrupted and one that goes on pass the audit', async () => {
    const { provider } = red.audited;
    await provider.publish('large', { F: 24_000_000, B: 30_000, C: 3_000 });
    const home = provider.home('interrupted');
    const result = await live(red, { honest: true, connections: 2 }, async ({ address }) => {
      const from = { from: [address], name: 'large', home };
      const stop = new AbortController();
      const reporter = {
        note: () => undefined,
        warn: () => undefined,
        task: () => ({ advance: () => stop.abort(new Error('stop')), done: () => undefined }),
      };
      await expect(pull({ ...from, reporter, signal: stop.signal })).rejects.toThrow('stop');
      await pull(from);
    });
    expect(
      result.claims.filter(({ part }) => part !== 'release').flatMap((c) => c.findings),
    ).toEqual([]);
    expect(result.connections.length).toBeGreaterThan(1);
  });
});
