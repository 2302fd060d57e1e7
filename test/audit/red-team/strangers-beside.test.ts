import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import type { AuditResult } from '../../../src/audit/index.js';
import type { RecordedConnection } from '../../../src/audit/record/index.js';
import { releaseService } from '../../../src/shared/rpc/index.js';
import { auditOf } from '../../fixtures/audited.js';
import { live, type Live } from '../../fixtures/live.js';
import { entriesOf, isConnection, recordEntries } from '../../fixtures/record.js';
import { failed, more, redTeam, unattributed, type Artefacts } from '../../fixtures/red-team.js';
import { H2, HTTP, portOf, raw, speak } from '../../fixtures/stranger.js';

const red = redTeam();

describe('strangers beside an honest pull, who cannot turn its audit to FAIL', () => {
  /** An honest client pulls; somebody else connects as well. */
  const beside = (visit: (site: Live) => Promise<unknown>): Promise<AuditResult> =>
    live(red, { honest: true, connections: 2 }, async (site) => {
      await site.fetch();
      await visit(site);
    });
  const frame = (type: number, flags: number, stream: number, payload: Buffer): Buffer => {
    const head = Buffer.alloc(9);
    head.writeUIntBE(payload.length, 0, 3);
    head.writeUInt8(type, 3);
    head.writeUInt8(flags, 4);
    head.writeUInt32BE(stream, 5);
    return Buffer.concat([head, payload]);
  };
  const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  const hello = Buffer.concat([PREFACE, frame(4, 0, 0, Buffer.alloc(0))]);
  const times = (count: number, bytes: Buffer): Buffer =>
    Buffer.concat(Array.from({ length: count }, () => bytes));
  /** Says it over HTTP/2 and leaves after a moment. */
  const http2 = (words: Buffer) => (site: Live) =>
    new Promise<void>((resolve) => {
      const options = { host: 'localhost', port: portOf(site), ca: site.ca, ...H2 };
      const socket = connectTls(options, () => {
        socket.write(Buffer.concat([hello, words]));
        setTimeout(() => socket.end(), 300);
      });
      socket
        .resume()
        .on('error', () => undefined)
        .once('close', () => resolve());
    });
  const windowUpdate = frame(8, 0, 0, Buffer.of(0, 0, 0, 1));
  const ping = frame(6, 0, 0, Buffer.alloc(8, 1));

  test('a GET in the clear is listed, and no more than a probe', async () => {
    const result = await beside((site) =>
      speak(connect(portOf(site), 'localhost'), 'connect', HTTP),
    );
    expect([failed(result), unattributed(result), result.verdict]).toEqual(['', '', 'PASS']);
    expect(result.strangers).toMatchObject({ connections: 1, unattributedBytes: 0 });
  });

  test.each<[string, (site: Live) => Promise<unknown>]>([
    ['200 pings', http2(times(200, ping))],
    ['3,000 pings', http2(times(3000, ping))],
    ['600 window updates', http2(times(600, windowUpdate))],
    ['500 settings', http2(times(500, frame(4, 0, 0, Buffer.alloc(0))))],
    [
      'a megabyte in the clear',
      (site) =>
        speak(connect(portOf(site), 'localhost'), 'connect', Buffer.alloc(1_000_000, 'patient ')),
    ],
    [
      '3 KB of metadata',
      async (site) => {
        const other = new Client(site.address, credentials.createSsl(Buffer.from(site.ca)));
        const metadata = new Metadata();
        metadata.set('x-note', 'patient '.repeat(375));
        await new Promise<void>((resolve) => {
          const { path } = releaseService.GetFreshness;
          other.makeUnaryRequest(path, raw, raw, Buffer.alloc(0), metadata, () => resolve());
        });
        other.close();
      },
    ],
  ])('%s: nobody can say whose, and the provider’s own claims hold', async (_, visit) => {
    const result = await beside(visit);
    expect(failed(result)).toBe('');
    expect(unattributed(result)).toMatch(/connection 1 .*bytes to the provider/);
    expect(result).toMatchObject({ verdict: 'INCOMPLETE', unexplainedBytes: 0 });
    const of = (id: string) => result.claims.find((claim) => claim.id === id)!.verdict;
    expect(['egress/wire', 'egress/sites', 'egress/messages'].map(of)).toEqual([
      ...['PASS', 'PASS', 'PASS'],
    ]);
  });
});

describe('what no stranger does', () => {
  const extra = (direction: RecordedConnection['sent'], content: number): void =>
    more(direction, content, Math.ceil(content / 16_000));
  /** A connection without a call, as a recorder would have seen it. */
  const silent = (artefacts: Artefacts, change: (connection: RecordedConnection) => void): void => {
    const entries = entriesOf(artefacts.record[0]!);
    const first = entries.find(isConnection)!;
    const calm = structuredClone({ ...first, connection: 1, port: 1 });
    calm.received = { bytes: 0, clear: [], sealed: { records: 0, bytes: 0 }, first: [], other: 0 };
    change(calm);
    recordEntries(artefacts.record[0]!, [...entries.slice(0, -1), calm, ...entries.slice(-1)]);
  };

  test('to send what no server of ours would take: 20 MB are a finding', async () => {
    const artefacts = red.copy();
    silent(artefacts, ({ sent }) => extra(sent, 20_000_000));
    expect(failed(await auditOf(artefacts, ['egress']))).toMatch(
      /\d{8} bytes to the provider that/,
    );
  });

  test('to be answered with more than pings have: a provider that hides data in them is found', async () => {
    const hidden = red.copy();
    silent(hidden, ({ sent, received }) => {
      extra(sent, 60_000);
      extra(received, 50_000);
    });
    expect(failed(await auditOf(hidden, ['egress']))).toMatch(/\d+ bytes from the provider that/);
    const few = red.copy();
    silent(few, ({ sent, received }) => {
      extra(sent, 60_000);
      extra(received, 200);
    });
    const result = await auditOf(few, ['egress']);
    expect([failed(result), result.verdict]).toEqual(['', 'INCOMPLETE']);
  });

  test('to be answered without having asked for it', async () => {
    const artefacts = red.copy();
    silent(artefacts, ({ received }) => extra(received, 1500));
    expect(failed(await auditOf(artefacts, ['egress']))).toMatch(
      /\d+ bytes from the provider that/,
    );
  });
});
