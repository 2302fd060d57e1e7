import { describe, test } from 'vitest';
import { entriesOf, isConnection, recordEntries } from '../../fixtures/record.js';
import { more, redTeam, wire } from '../../fixtures/red-team.js';

const red = redTeam();

describe('the wire', () => {
  test('a modified server that does not log one message', () =>
    red.caught(
      'egress',
      (artefacts) =>
        red.rewrite(artefacts, (entries) => {
          const largest = Math.max(...entries.map(({ bytes }) => bytes));
          return entries.filter(({ bytes }) => bytes !== largest);
        }),
      /bytes from the provider that nothing explains/,
      (artefacts) => red.rewrite(artefacts, (entries) => entries),
    ));

  test('extra bytes after a chunk, not logged', () =>
    red.caught(
      'egress',
      (a) => wire(a, ({ received }) => more(received, 4096)),
      /connection 0.*nothing explains/,
    ));

  test('extra bytes after a chunk, logged as they were sent', () =>
    red.caught(
      'egress',
      (artefacts) =>
        red.rewrite(artefacts, (entries) =>
          entries.map((entry) =>
            entry === entries.find(({ method }) => method === 'GetChunks')
              ? { ...entry, bytes: entry.bytes + 1 }
              : entry,
          ),
        ),
      /were sent where chunk \d+ of digits 1 has/,
    ));

  test('other bytes of the right length in place of a chunk', () =>
    red.caught(
      'egress',
      (artefacts) =>
        red.rewrite(artefacts, (entries) =>
          entries.map((entry) =>
            entry === entries.find(({ method }) => method === 'GetChunks')
              ? { ...entry, response: 'ee'.repeat(32) }
              : entry,
          ),
        ),
      /not the bytes of chunk \d+ of digits 1/,
    ));

  test('a message of a service that is not ours: health or reflection with content', () =>
    red.caught(
      'egress',
      (artefacts) =>
        red.rewrite(artefacts, (entries) => [
          ...entries,
          {
            ...entries[0]!,
            method: 'Other',
            status: 0,
            response: 'aa'.repeat(32),
            bytes: 900,
            call: 77,
          },
        ]),
      'not part of a release',
    ));

  test('one byte more than the record says of itself', () =>
    red.caught(
      'egress',
      (a) => wire(a, ({ received }) => (received.bytes += 1)),
      'contradicts itself',
    ));

  test('gRPC trailers with content', () =>
    red.caught(
      'egress',
      (a) => wire(a, ({ received }) => more(received, 2000, 1)),
      'nothing explains',
    ));

  test('error messages with content: many small ones', () =>
    red.caught(
      'egress',
      (a) => wire(a, ({ received }) => more(received, 1500, 10)),
      'nothing explains',
    ));

  test('bytes beside TLS on the same connection', () =>
    red.caught(
      'egress',
      (a) => wire(a, ({ received }) => ((received.other += 64), (received.bytes += 64))),
      '64 bytes from the provider are not TLS',
    ));

  test('a client that sends its data in requests', () =>
    red.caught(
      'egress',
      (a) => wire(a, ({ sent }) => more(sent, 3000)),
      /bytes to the provider that nothing explains/,
    ));

  test('unusual sizes: a message in the lengths of thousands of records', () =>
    red.caught(
      'egress',
      (a) => wire(a, ({ received }) => more(received, 0, 2000)),
      'TLS records from the provider',
    ));

  test('a connection around the log: recorded, and no leaf is of it', () =>
    red.caught(
      'egress',
      ({ record }) => {
        const entries = entriesOf(record[0]!);
        const first = entries.find(isConnection)!;
        recordEntries(record[0]!, [
          ...entries.slice(0, -1),
          { ...first, connection: 1, port: 1 },
          ...entries.slice(-1),
        ]);
      },
      /connection 1 .*nothing explains/,
    ));

  test('leaves made up to explain other bytes: nothing passed the proxy for them', () =>
    red.caught(
      'egress',
      (artefacts) =>
        red.rewrite(artefacts, (entries) => [
          ...entries,
          { ...entries.find(({ method }) => method === 'GetChunks')!, port: 2 },
        ]),
      'no such connection was recorded',
      (artefacts) => red.rewrite(artefacts, (entries) => entries),
    ));
});
