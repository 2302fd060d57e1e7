import { connect as connectHttp2, type IncomingHttpHeaders } from 'node:http2';
import { describe, expect, test } from 'vitest';
import type { LeafContent } from '../../../src/shared/log/index.js';
import { releaseService } from '../../../src/shared/rpc/index.js';
import { live, type Live, type LiveOptions } from '../../fixtures/live.js';
import { failed, redTeam, unattributed } from '../../fixtures/red-team.js';

const red = redTeam();
const PATIENTS = '/hospital.v1.Export/Patients';
const ROOT = releaseService.GetRoot.path;
const FROM = /egress: connection 0 .*\d+ bytes from the provider that nothing explains/;
const TO = /connection 0 .*\d+ bytes to the provider that nothing explains/;

const scan = async ({ call, fetch }: Live): Promise<unknown[]> => [
  await call('/grpc.channelz.v1.Channelz/GetServers', Buffer.of(8, 1)),
  await call('/fedshot.v1.ReleaseService/GetPatients', Buffer.alloc(0)),
  await fetch().then(() => 'fetched'),
  await call(PATIENTS, Buffer.alloc(0)),
];

/** One request of HTTP/2 with any headers and bytes. @returns what it was answered with */
function request(
  { address, ca }: Live,
  headers: IncomingHttpHeaders,
  body: Buffer = Buffer.alloc(0),
): Promise<IncomingHttpHeaders> {
  return new Promise((resolve) => {
    const session = connectHttp2(`https://${address}`, { ca });
    const stream = session.request({ ':method': 'POST', ':path': ROOT, ...headers });
    const answer: IncomingHttpHeaders = {};
    for (const event of ['response', 'trailers'])
      stream.on(event, (got: IncomingHttpHeaders) => Object.assign(answer, got));
    stream.on('close', () => session.close(() => resolve(answer))).resume();
    stream.end(body);
  });
}
const GRPC = { 'content-type': 'application/grpc', 'user-agent': 'grpc-node-js/1.14.7' };

describe('methods that do not exist, through the proxy', () => {
  test('their refusals are on record, and the audit says what they were', async () => {
    let said: unknown[] = [];
    const result = await live(red, { honest: true }, async (site) => (said = await scan(site)));
    expect(said).toEqual(['no-method', 'no-method', 'fetched', 'no-method']);
    expect(failed(result)).toBe('');
    expect(result).toMatchObject({ verdict: 'PASS', unexplainedBytes: 0 });
    expect(JSON.stringify(result.claims)).toContain(
      'calls of methods that there are not, refused: 3, with up to 768 bytes to the provider',
    );
  });

  const hidden = { path: PATIENTS, answer: () => Buffer.alloc(2000, 7) };
  const asRefused = (entry: LeafContent): LeafContent => ({
    ...entry,
    status: 12,
    response: undefined,
  });
  test.each<[string, LiveOptions, RegExp]>([
    ['logged as it was sent', {}, /leaf \d+ \(Other, 2000 bytes\): of a service/],
    [
      'logged as a refusal',
      { logged: (e) => (e.method === 'Other' ? { ...asRefused(e), bytes: 0 } : e) },
      FROM,
    ],
    ['not logged', { logged: (e) => (e.method === 'Other' ? undefined : e) }, FROM],
  ])('a hidden method that answers with data, %s', async (_, options, words) => {
    const result = await live(red, { hidden, ...options }, scan);
    expect(failed(result)).toMatch(words);
  });

  test('the data of a site in the names of methods, again and again', async () => {
    const result = await live(red, { honest: true }, async ({ call }) => {
      for (let i = 0; i < 10; i++) await call(`/x.Y/patient-${i}`.padEnd(120, 'x'), Buffer.of(i));
    });
    expect(unattributed(result)).toMatch(
      /up to 2560 bytes to the provider in requests that were refused/,
    );
  });

  test('the data of a site in the name of one method, beyond what a name has', async () => {
    const result = await live(red, { honest: true }, ({ call }) =>
      call(`/x.Y/${Buffer.alloc(1500, 'data').toString()}`, Buffer.alloc(0)),
    );
    expect(unattributed(result)).toMatch(TO);
    expect(failed(result)).toBe('');
  });
});

describe('malformed requests, through the proxy', () => {
  test('data of a site in a request that is too large is counted; the refusal is on record', async () => {
    const said: unknown[] = [];
    const result = await live(red, { honest: true }, async ({ call, fetch }) => {
      await fetch();
      said.push(await call(ROOT, Buffer.alloc(5000, 1)));
    });
    expect(said).toEqual(['limit']);
    expect(failed(result)).toMatch(TO);
    expect(failed(result)).not.toMatch(FROM);
  });

  test('data of a site in headers that are too long is counted; the refusal is on record', async () => {
    let answer: IncomingHttpHeaders = {};
    const result = await live(red, { honest: true }, async (site) => {
      const note = Buffer.alloc(4000, 'data').toString();
      answer = await request(site, { ...GRPC, note }, Buffer.of(0, 0, 0, 0, 2, 8, 1));
    });
    expect(answer['grpc-message']).toBe('limit');
    expect(unattributed(result)).toMatch(TO);
    expect(failed(result)).toBe('');
  });

  test('what is not gRPC is answered with 415 and nothing else, on record', async () => {
    let answer: IncomingHttpHeaders = {};
    const result = await live(red, { honest: true }, async (site) => {
      answer = await request(site, { 'content-type': 'application/json' });
    });
    expect(Object.keys(answer).sort()).toEqual([':status', 'date']);
    expect(answer[':status']).toBe(415);
    expect(failed(result)).toBe('');
    expect(result.connections[0]!.calls).toBe(1);
  });

  test.each<[string, IncomingHttpHeaders, Buffer, string]>([
    ['no request at all', {}, Buffer.alloc(0), 'no-method'],
    ['an unknown compression', { 'grpc-encoding': 'x' }, Buffer.of(1, 0, 0, 0, 1, 5), 'no-method'],
    ['no such data', { 'grpc-encoding': 'gzip' }, Buffer.of(1, 0, 0, 0, 1, 5), 'internal'],
    ['not protobuf', {}, Buffer.of(0, 0, 0, 0, 2, 255, 255), 'format'],
    ['two requests', {}, Buffer.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0), 'no-method'],
    ['no deadline', { 'grpc-timeout': 'soon' }, Buffer.of(0, 0, 0, 0, 2, 8, 1), 'OK'],
    ['a deadline of a millisecond', { 'grpc-timeout': '1m' }, Buffer.of(0, 0, 0, 0, 0), 'format'],
  ])('%s: answered in a word of the list, on record', async (_, headers, body, word) => {
    let answer: IncomingHttpHeaders = {};
    const result = await live(red, { honest: true }, async (site) => {
      answer = await request(site, { ...GRPC, ...headers }, body);
    });
    expect(answer['grpc-message']).toBe(word);
    expect(failed(result)).toBe('');
    expect(result.connections[0]!.calls).toBe(1);
  });
});
