import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pull } from '../../src/client/pull/index.js';
import { publishRelease } from '../../src/provider/publish.js';
import { openTransparency } from '../../src/provider/transparency.js';
import type { AuditResult, Part } from '../../src/audit/index.js';
import { startRecorder, type RecordedConnection } from '../../src/audit/record/index.js';
import { loadDataset } from '../../src/shared/data/index.js';
import { TransparencyLog, type Entry } from '../../src/shared/log/index.js';
import { Store } from '../../src/shared/release/index.js';
import { releaseService } from '../../src/shared/rpc/index.js';
import type { StateDict } from '../../src/shared/model/state.js';
import { auditOf, makeAudited, settled, type Audited } from '../fixtures/audited.js';
import { initParameters } from '../fixtures/parameters.js';

const SOURCE = 'digits:plain?n=60';
let base: string;
let audited: Audited;
let images: Uint8Array;
let copies = 0;

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'fedshot-red-'));
  audited = await makeAudited(join(base, 'honest'));
  const { x } = await loadDataset(SOURCE);
  images = Uint8Array.from(x, (value) => Math.round(value * 255));
  honest = audited.run(undefined, { data: SOURCE });
  await honest;
}, 120_000);
afterAll(() => rmSync(base, { recursive: true, force: true }));

type Artefacts = Audited['artefacts'];

/** A copy of the honest artefacts that an attacker may change. */
function copy(): Artefacts {
  const to = join(base, `copy-${copies++}`);
  cpSync(audited.dir, to, { recursive: true });
  const moved = (path: string): string => path.replace(audited.dir, to);
  const { store, trust, log, record, site } = audited.artefacts;
  return {
    ...{ store: moved(store), trust: moved(trust), log: moved(log) },
    ...{ record: record.map(moved), site: site.map(moved) },
  };
}

const failed = (result: AuditResult): string =>
  result.claims
    .filter(({ verdict }) => verdict === 'FAIL')
    .map(({ part, findings }) => `${part}: ${findings.join('; ')}`)
    .join('\n');

/** The artefacts as they were: the twin of whatever changes no more than they show. */
let honest: Promise<AuditResult>;

/** The attack is caught by the part that should, in these words; its twin passes that part. */
async function caught(
  part: Part,
  attack: (artefacts: Artefacts) => unknown,
  words: string | RegExp,
  twin?: (artefacts: Artefacts) => unknown,
  more: { data?: string } = {},
): Promise<void> {
  const bad = copy();
  await attack(bad);
  const result = await auditOf(bad, [part], more);
  expect(result.verdict).toBe('FAIL');
  expect(failed(result)).toMatch(words);
  if (!twin) {
    expect(failed(await honest)).toBe('');
    return;
  }
  const good = copy();
  await twin(good);
  expect(failed(await auditOf(good, [part], more))).toBe('');
}

/** Changes the first recorded connection. */
function wire({ record }: Artefacts, change: (connection: RecordedConnection) => void): void {
  const [head, line] = readFileSync(record[0]!, 'utf8').split('\n');
  const connection = JSON.parse(line!) as RecordedConnection;
  change(connection);
  writeFileSync(record[0]!, `${head!}\n${JSON.stringify(connection)}\n`);
}
/** As the wire would show it: more records with so many bytes of content. */
function more(direction: RecordedConnection['sent'], content: number, records = 1): void {
  const bytes = content + 17 * records;
  direction.sealed.records += records;
  direction.sealed.bytes += bytes;
  direction.bytes += bytes + 5 * records;
}

const keyring = () => audited.provider.keyring;

/** Publishes another version, as a provider would who has changed the weights. */
async function publish(
  { store }: Artefacts,
  change?: (state: StateDict) => void,
  after: (dir: string) => void = () => undefined,
): Promise<void> {
  const modelDir = mkdtempSync(join(base, 'model-'));
  initParameters(modelDir, change);
  after(modelDir);
  const now = new Date(Date.now() + 1000);
  await publishRelease({ modelDir, name: 'digits', store, keyring: keyring(), now });
}

const big = (state: StateDict): Float32Array =>
  state.get('B.bottleneck.weight')!.data as Float32Array;
const bytesOf = (values: Float32Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** Writes the log anew, with leaves changed or left out, signed by the real key. */
async function rewrite(
  artefacts: Artefacts,
  change: (entries: (Entry & { time: number })[]) => (Entry & { time: number })[],
): Promise<void> {
  const { readLog } = await import('../../src/shared/log/index.js');
  const root = new Store(artefacts.store).newestRoot();
  const keys = new Map(root.roles.log.keyids.map((id) => [id, root.keys.get(id)!]));
  const entries = change(readLog(artefacts.log, keys).leaves.map((leaf) => ({ ...leaf })));
  const [signer] = await keyring().signers('log', root.roles.log);
  const kept = join(artefacts.log, 'responses');
  const responses = readdirSync(kept).map(
    (name) => [name, readFileSync(join(kept, name))] as const,
  );
  rmSync(artefacts.log, { recursive: true });
  let time = 0;
  const log = await TransparencyLog.open({
    ...{ dir: artefacts.log, signer: signer!, keys },
    now: () => new Date(time),
  });
  for (const entry of entries) {
    time = entry.time;
    await log.append(entry);
  }
  await log.close();
  mkdirSync(kept, { recursive: true });
  for (const [name, bytes] of responses) writeFileSync(join(kept, name), bytes);
}

describe('what an honest provider and site leave behind', () => {
  test('passes every part, with no unexplained byte and little slack', async () => {
    const result = await honest;
    expect(failed(result)).toBe('');
    expect(result.unexplainedBytes).toBe(0);
    const [connection] = result.connections;
    expect(connection!.received.slack / connection!.received.observed).toBeLessThan(0.001);
    expect(connection!.sent.slack).toBeLessThan(2048);
  });
});

describe('the log', () => {
  const bundle = ({ log }: Artefacts): string => {
    const dir = join(log, 'tile/entries/000.p');
    return join(dir, readdirSync(dir)[0]!);
  };

  test('a leaf deleted', () =>
    caught(
      'log',
      (artefacts) => {
        const bytes = readFileSync(bundle(artefacts));
        writeFileSync(
          bundle(artefacts),
          Buffer.concat([bytes.subarray(0, 390), bytes.subarray(520)]),
        );
      },
      'leaf 3 is missing',
    ));

  test('a byte count changed in a leaf', () =>
    caught(
      'log',
      (artefacts) => {
        const bytes = readFileSync(bundle(artefacts));
        bytes[5 * 130 + 2 + 31]! ^= 1;
        writeFileSync(bundle(artefacts), bytes);
      },
      'leaf 5 was changed',
    ));

  test('a rewritten log, shorter than a site has seen it', () =>
    caught(
      'log',
      (artefacts) => rewrite(artefacts, (entries) => entries.slice(0, 4)),
      /has seen \d+ leaves, and the log has 4/,
      (artefacts) => rewrite(artefacts, (entries) => entries),
    ));

  test('a split view: the log that is shown now is not the one that the site was shown', () =>
    caught(
      'log',
      (artefacts) =>
        rewrite(artefacts, (entries) =>
          entries.map((entry, i) => (i === 2 ? { ...entry, call: 999 } : entry)),
        ),
      'was shown another log',
      (artefacts) => rewrite(artefacts, (entries) => entries),
    ));

  test('a checkpoint signed by a key that is no log key', async () => {
    const artefacts = copy();
    const note = join(artefacts.log, 'checkpoint');
    writeFileSync(
      note,
      readFileSync(note, 'utf8').replace(
        / [A-Za-z0-9+/]{80,}=*\n$/,
        ` ${Buffer.alloc(68, 3).toString('base64')}\n`,
      ),
    );
    await expect(auditOf(artefacts, ['log'])).rejects.toMatchObject({ code: 'signature' });
  });
});

describe('the wire', () => {
  test('a modified server that does not log one message', () =>
    caught(
      'egress',
      (artefacts) =>
        rewrite(artefacts, (entries) => {
          const largest = Math.max(...entries.map(({ bytes }) => bytes));
          return entries.filter(({ bytes }) => bytes !== largest);
        }),
      /bytes from the provider that nothing explains/,
      (artefacts) => rewrite(artefacts, (entries) => entries),
    ));

  test('extra bytes after a chunk, not logged', () =>
    caught(
      'egress',
      (a) => wire(a, ({ received }) => more(received, 4096)),
      /connection 0.*nothing explains/,
    ));

  test('extra bytes after a chunk, logged as they were sent', () =>
    caught(
      'egress',
      (artefacts) =>
        rewrite(artefacts, (entries) =>
          entries.map((entry) =>
            entry === entries.find(({ method }) => method === 'GetChunks')
              ? { ...entry, bytes: entry.bytes + 1 }
              : entry,
          ),
        ),
      /were sent where chunk \d+ of digits 1 has/,
    ));

  test('other bytes of the right length in place of a chunk', () =>
    caught(
      'egress',
      (artefacts) =>
        rewrite(artefacts, (entries) =>
          entries.map((entry) =>
            entry === entries.find(({ method }) => method === 'GetChunks')
              ? { ...entry, response: 'ee'.repeat(32) }
              : entry,
          ),
        ),
      /not the bytes of chunk \d+ of digits 1/,
    ));

  test('a message of a service that is not ours: health or reflection with content', () =>
    caught(
      'egress',
      (artefacts) =>
        rewrite(artefacts, (entries) => [
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
    caught(
      'egress',
      (a) => wire(a, ({ received }) => (received.bytes += 1)),
      'contradicts itself',
    ));

  test('gRPC trailers with content', () =>
    caught(
      'egress',
      (a) => wire(a, ({ received }) => more(received, 2000, 1)),
      'nothing explains',
    ));

  test('error messages with content: many small ones', () =>
    caught(
      'egress',
      (a) => wire(a, ({ received }) => more(received, 1500, 10)),
      'nothing explains',
    ));

  test('bytes beside TLS on the same connection', () =>
    caught(
      'egress',
      (a) => wire(a, ({ received }) => ((received.other += 64), (received.bytes += 64))),
      '64 bytes from the provider are not TLS',
    ));

  test('a client that sends its data in requests', () =>
    caught(
      'egress',
      (a) => wire(a, ({ sent }) => more(sent, 3000)),
      /bytes to the provider that nothing explains/,
    ));

  test('unusual sizes: a message in the lengths of thousands of records', () =>
    caught(
      'egress',
      (a) => wire(a, ({ received }) => more(received, 0, 2000)),
      'TLS records from the provider',
    ));

  test('a connection around the log: recorded, and no leaf is of it', () =>
    caught(
      'egress',
      ({ record }) => {
        const line = readFileSync(record[0]!, 'utf8').split('\n')[1]!;
        const connection = { ...(JSON.parse(line) as RecordedConnection), connection: 1, port: 1 };
        appendFileSync(record[0]!, `${JSON.stringify(connection)}\n`);
      },
      /connection 1 .*nothing explains/,
    ));

  test('leaves made up to explain other bytes: nothing passed the proxy for them', () =>
    caught(
      'egress',
      (artefacts) =>
        rewrite(artefacts, (entries) => [
          ...entries,
          { ...entries.find(({ method }) => method === 'GetChunks')!, port: 2 },
        ]),
      'no such connection was recorded',
      (artefacts) => rewrite(artefacts, (entries) => entries),
    ));
});

describe('the store', () => {
  test('a second file in the store', () =>
    caught(
      'release',
      ({ store }) => writeFileSync(join(store, 'objects/patients.csv'), 'a,b'),
      'objects/patients.csv: belongs to no signed release',
    ));

  test('an object that no manifest names', () =>
    caught(
      'release',
      ({ store }) => {
        mkdirSync(join(store, 'objects/ff'), { recursive: true });
        writeFileSync(join(store, 'objects/ff', 'ff'.repeat(32)), images);
      },
      'belongs to no signed release',
    ));

  test('a chunk replaced by other bytes of its length', () =>
    caught(
      'release',
      ({ store }) => {
        const [chunk] = readdirSync(join(store, 'objects'), {
          recursive: true,
          encoding: 'utf8',
        }).filter((name) => name.length > 64);
        const path = join(store, 'objects', chunk!);
        writeFileSync(path, Buffer.alloc(readFileSync(path).length, 7));
      },
      /a chunk is missing from the store, or damaged/,
    ));

  test('padding in the safetensors header', async () => {
    const attack = publish(copy(), undefined, (dir) => {
      const path = join(dir, 'F.safetensors');
      const bytes = readFileSync(path);
      const length = Number(bytes.readBigUInt64LE(0));
      const head = Buffer.alloc(8);
      head.writeBigUInt64LE(BigInt(length + 64));
      writeFileSync(
        path,
        Buffer.concat([
          head,
          bytes.subarray(8, 8 + length),
          Buffer.alloc(64, 0x20),
          bytes.subarray(8 + length),
        ]),
      );
    });
    const before = copy();
    await attack.catch(() => undefined);
    await publish(before);
    expect(failed(await auditOf(before, ['release']))).toBe('');
    await expect(attack).rejects.toMatchObject({ code: 'format' });
  });

  test('an undeclared tensor', () =>
    caught(
      'release',
      (artefacts) =>
        publish(artefacts, (state) =>
          state.set('F.extra', { shape: [64], data: new Float32Array(64).fill(0.5) }),
        ),
      'unknown tensor F.extra',
      (artefacts) => publish(artefacts),
    ));

  test('a tensor of the right size that is an image', () =>
    caught(
      'release',
      (artefacts) =>
        publish(artefacts, (state) =>
          big(state).forEach((_, i, all) => (all[i] = images[i % images.length]! / 255)),
        ),
      /of the values differ, as in an image/,
      (artefacts) => publish(artefacts),
    ));

  test('images in the lowest byte of the weights', () =>
    caught(
      'release',
      (artefacts) =>
        publish(artefacts, (state) => {
          const bytes = bytesOf(big(state));
          for (let i = 0; i < images.length && 4 * i < bytes.length; i++) bytes[4 * i] = images[i]!;
        }),
      /the lowest byte is not even/,
      (artefacts) => publish(artefacts),
    ));
});

describe('the source data', () => {
  const hide =
    (bits: number) =>
    (state: StateDict): void => {
      const bytes = bytesOf(big(state));
      const per = 8 / bits;
      const mask = (1 << bits) - 1;
      for (let i = 0; i < 784; i++)
        for (let k = 0; k < per; k++) {
          const at = 4 * (i * per + k);
          bytes[at] = (bytes[at]! & ~mask) | ((images[784 + i]! >> (bits * (per - 1 - k))) & mask);
        }
    };
  test.each([1, 2, 4])('one image in the lowest %i bits of the weights', (bits) =>
    caught(
      'data',
      (artefacts) => publish(artefacts, hide(bits)),
      /sample 1 of the source data/,
      (artefacts) => publish(artefacts),
      { data: SOURCE },
    ),
  );

  test('one image as float32 in the place of some weights', () =>
    caught(
      'data',
      (artefacts) =>
        publish(artefacts, (state) => {
          for (let i = 0; i < 784; i++) big(state)[5000 + i] = images[i]! / 255;
        }),
      /sample 0 of the source data, as float32/,
      (artefacts) => publish(artefacts),
      { data: SOURCE },
    ));
});

describe('the site', () => {
  function adapted(
    home: string,
    change: Partial<{ network: string; attempts: object[]; changed: boolean }> = {},
  ): void {
    const dir = join(home, 'adapted/digits');
    const { digest } = JSON.parse(
      readFileSync(join(home, 'releases/digits/current.json'), 'utf8'),
    ) as { digest: string };
    mkdirSync(dir, { recursive: true });
    const release = { name: 'digits', version: 1, digest };
    writeFileSync(
      join(dir, 'record.json'),
      JSON.stringify({ result: { classifierUnchanged: true, release } }),
    );
    const attempts = change.attempts ?? [{ attempt: 'connect', result: 'ENETUNREACH' }];
    writeFileSync(
      join(dir, 'isolation.json'),
      JSON.stringify({
        mechanism: 'bubblewrap',
        network: change.network ?? 'none',
        files: 'confined',
        interfaces: ['lo'],
        attempts,
      }),
    );
    const released = readFileSync(join(home, 'releases/digits/1/C.safetensors'));
    if (change.changed) released[released.length - 1]! ^= 1;
    writeFileSync(join(dir, 'C.safetensors'), released);
  }
  const faithful = ({ site }: Artefacts) => adapted(site[0]!);

  test('an adaptation with a network', () =>
    caught(
      'site',
      ({ site }) => adapted(site[0]!, { network: 'reachable' }),
      'the network could be reached',
      faithful,
    ));
  test('an adaptation that got through to something', () =>
    caught(
      'site',
      ({ site }) =>
        adapted(site[0]!, { attempts: [{ attempt: 'read /patients', result: 'succeeded' }] }),
      'it could read /patients',
      faithful,
    ));
  test('a classifier that was changed by one bit', () =>
    caught(
      'site',
      ({ site }) => adapted(site[0]!, { changed: true }),
      'is not the released one',
      faithful,
    ));
  test('a site that was shown two logs', () =>
    caught(
      'site',
      ({ site }) => {
        mkdirSync(join(site[0]!, 'evidence'));
        writeFileSync(join(site[0]!, 'evidence/log-1.json'), '{}');
      },
      'cannot both be true',
      faithful,
    ));
});

describe('a client that talks', () => {
  let stop: () => Promise<void>;
  let client: Client;
  let refusedBefore: string;

  beforeAll(async () => {
    const { provider } = audited;
    const log = join(base, 'talk-log');
    const transparency = await openTransparency({
      ...{ store: provider.store, keyring: provider.keyring, dir: log },
      now: () => new Date(),
    });
    const server = await provider.serve({ transparency });
    const [ca] = new Store(provider.store).newestRoot().document.tls.ca;
    client = new Client(`localhost:${server.port}`, credentials.createSsl(Buffer.from(ca!)));
    refusedBefore = log;
    stop = async () => {
      client.close();
      await server.close();
    };
  });
  afterAll(() => stop());

  function call(
    method: 'GetManifest' | 'GetFreshness',
    message: Buffer,
    metadata = new Metadata(),
  ) {
    const raw = (bytes: Buffer): Buffer => bytes;
    return new Promise<Buffer>((resolve, reject) => {
      client.makeUnaryRequest(
        releaseService[method].path,
        raw,
        raw,
        message,
        metadata,
        (error, answer) => {
          if (error) reject(error);
          else resolve(answer!);
        },
      );
    });
  }
  const manifest = (name: string): Buffer =>
    releaseService.GetManifest.requestSerialize({ name, version: 1 });
  const refusal = (promise: Promise<Buffer>) =>
    promise.then(
      () => 'answered',
      (error: unknown) => (error as ServiceError).details,
    );

  test('data in the name field is refused, a name from the list is answered', async () => {
    expect(await refusal(call('GetManifest', manifest('x'.repeat(65))))).toBe('limit');
    expect(await refusal(call('GetManifest', manifest('patient-7-has-a-cough')))).toBe('not-found');
    expect(await refusal(call('GetManifest', manifest('digits')))).toBe('answered');
  });

  test('an unknown field is refused', async () => {
    const hidden = Buffer.concat([manifest('digits'), Buffer.from([0x7a, 3, 1, 2, 3])]);
    expect(await refusal(call('GetManifest', hidden))).toBe('format');
  });

  test('custom metadata is refused, none is answered', async () => {
    const metadata = new Metadata();
    metadata.set('patient', '7');
    expect(await refusal(call('GetFreshness', Buffer.alloc(0), metadata))).toBe('format');
    expect(await refusal(call('GetFreshness', Buffer.alloc(0)))).toBe('answered');
  });

  test('each refusal is in the log as well', async () => {
    const { readLog } = await import('../../src/shared/log/index.js');
    const root = new Store(audited.provider.store).newestRoot();
    const keys = new Map(root.roles.log.keyids.map((id) => [id, root.keys.get(id)!]));
    await stop();
    const { leaves } = readLog(refusedBefore, keys);
    const refused = leaves.filter((leaf) => leaf.status !== (status.OK as number));
    expect(refused.length).toBe(4);
    stop = () => Promise.resolve();
  });
});

describe('a proxy and a provider for real', () => {
  test('a server that stops logging while the proxy watches is named by connection', async () => {
    const artefacts = copy();
    const server = await audited.provider.serve({});
    const recorder = await startRecorder({
      listen: { host: '127.0.0.1', port: 0 },
      to: { host: 'localhost', port: server.port },
      file: artefacts.record[0]!,
    });
    const home = audited.provider.home(`unlogged-${copies}`);
    await pull({ from: [`localhost:${recorder.port}`], name: 'digits', home });
    await settled(artefacts.record[0]!, 2);
    await recorder.close();
    await server.close();
    const result = await auditOf(artefacts, ['egress']);
    expect(failed(result)).toMatch(
      /connection 0 \(127\.0\.0\.1:\d+.*\d+ bytes from the provider that nothing explains/,
    );
    expect(result.unexplainedBytes).toBeGreaterThan(900_000);
  });
});
