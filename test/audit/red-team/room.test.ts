import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { generateKeyPairSync, sign } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { certify } from '../../fixtures/certify.js';
import { auditOf } from '../../fixtures/audited.js';
import { failed, redTeam, type Artefacts } from '../../fixtures/red-team.js';
import { sealEnvelope, sha256, Store } from '../../../src/shared/release/index.js';
import { big } from '../../fixtures/red-team.js';

const red = redTeam();
const DATA = 'patient 17: positive; '.repeat(20);

interface Wire {
  payloadType: string;
  payload: string;
  signatures: { keyid: string; sig: string }[];
}
const readWire = (path: string): Wire => JSON.parse(readFileSync(path, 'utf8')) as Wire;

/** Signed by the provider's own key, and in other bytes than the program would write. */
async function resign(
  path: string,
  role: 'freshness' | 'release',
  text: (json: unknown) => string,
) {
  const { keyring, store } = red.audited.provider;
  const { payloadType, payload } = readWire(path);
  const signers = await keyring.signers(role, new Store(store).newestRoot().roles[role]);
  const json: unknown = JSON.parse(Buffer.from(payload, 'base64').toString());
  writeFileSync(path, sealEnvelope(payloadType, Buffer.from(text(json)), signers));
}

describe('room in a store', () => {
  const freshness = ({ store }: Artefacts): string => join(store, 'metadata/freshness.json');
  const manifest = ({ store }: Artefacts): string => join(store, 'metadata/releases/digits/1.json');

  test.each<[string, (artefacts: Artefacts) => unknown, RegExp]>([
    [
      'a file that calls itself a lock',
      ({ store }) => writeFileSync(join(store, 'objects/data.lock'), DATA),
      /objects\/data\.lock: belongs to no signed release/,
    ],
    [
      'the name of an empty folder',
      ({ store }) => mkdirSync(join(store, 'objects', Buffer.from(DATA).toString('hex', 0, 80))),
      /a folder that nothing needs/,
    ],
    [
      'white space behind an envelope',
      (artefacts) => appendFileSync(manifest(artefacts), ' \t  \t\t '),
      /1\.json: its JSON is not the one that its envelope has/,
    ],
    [
      'a signature of nobody',
      (artefacts) => {
        const wire = readWire(freshness(artefacts));
        const sig = Buffer.from(DATA).subarray(0, 64).toString('base64');
        wire.signatures.push({ keyid: sha256(Buffer.from(DATA)), sig });
        writeFileSync(freshness(artefacts), JSON.stringify(wire));
      },
      /freshness\.json: a signature that is of no key/,
    ],
    [
      'white space in what is signed',
      (artefacts) =>
        resign(freshness(artefacts), 'freshness', (json) => JSON.stringify(json, null, 7)),
      /freshness\.json: its JSON is not the one that what it says has/,
    ],
    [
      'escapes in what is signed',
      (artefacts) =>
        resign(freshness(artefacts), 'freshness', (json) =>
          JSON.stringify(json).replace('digits', '\\u0064igits'),
        ),
      /freshness\.json: its JSON is not the one that what it says has/,
    ],
    [
      'the order of keys in what is signed',
      (artefacts) =>
        resign(freshness(artefacts), 'freshness', (json) =>
          JSON.stringify(Object.fromEntries(Object.entries(json as object).reverse())),
        ),
      /freshness\.json: its JSON is not the one that what it says has/,
    ],
    [
      'a digest of a release that is not there',
      (artefacts) =>
        resign(freshness(artefacts), 'freshness', (json) => {
          const { releases } = json as { releases: Record<string, { sha256: string }> };
          releases.digits!.sha256 = Buffer.from(DATA).toString('hex', 0, 32);
          return JSON.stringify(json);
        }),
      /freshness\.json: names a digits 1 that is not there/,
    ],
  ])('%s', (_name, attack, words) => red.caught('release', attack, words));

  test('the signs of zeros in place of weights', () =>
    red.caught(
      'release',
      (artefacts) =>
        red.publish(artefacts, (state) =>
          big(state).forEach((_, i, all) => (all[i] = red.images[i % 784]! & 1 ? -0 : 0)),
        ),
      /values are zeros with a sign or denormal numbers/,
      (artefacts) => red.publish(artefacts),
    ));

  test('denormal numbers, of which every bit but nine is free', () =>
    red.caught(
      'release',
      (artefacts) =>
        red.publish(artefacts, (state) =>
          big(state).forEach((_, i, all) => (all[i] = (1 + i) * 2 ** -149)),
        ),
      /values are zeros with a sign or denormal numbers/,
      (artefacts) => red.publish(artefacts),
    ));
});

describe('room in the folder of a log', () => {
  const tile = ({ log }: Artefacts): string => {
    const dir = join(log, 'tile/0/000.p');
    return join(dir, readdirSync(dir)[0]!);
  };

  test.each<[string, (artefacts: Artefacts) => unknown, RegExp]>([
    [
      'a file of another kind',
      ({ log }) => writeFileSync(join(log, 'patients.csv'), DATA),
      /patients\.csv: belongs to no log/,
    ],
    [
      'bytes behind a tile',
      (artefacts) => appendFileSync(tile(artefacts), DATA),
      /tile\/0\/000\.p\/\d+: not what the leaves give/,
    ],
    [
      'a tile of leaves that there are not',
      ({ log }) => {
        mkdirSync(join(log, 'tile/3'));
        writeFileSync(join(log, 'tile/3/000'), Buffer.alloc(8192, DATA));
      },
      /tile\/3\/000: no tile of this log/,
    ],
    [
      'a second path for the same tile',
      ({ log }) => writeFileSync(join(log, 'tile/0/000'), readFileSync(tile({ log } as Artefacts))),
      /tile\/0\/000: no tile of this log/,
    ],
    [
      'a line of another signature under the checkpoint',
      ({ log }) => {
        const extra = Buffer.from(DATA).toString('base64', 0, 68);
        appendFileSync(join(log, 'checkpoint'), `— example.org/witness ${extra}\n`);
      },
      /checkpoint: more than a checkpoint and the log’s own signature/,
    ],
    [
      'bytes behind the leaves of the journal',
      ({ log }) => {
        const bytes = readFileSync(join(log, 'journal/0'));
        bytes.write(DATA, bytes.length - DATA.length);
        writeFileSync(join(log, 'journal/0'), bytes);
      },
      /journal\/0: bytes behind its leaves/,
    ],
    [
      'a response that was never sent',
      ({ log }) => writeFileSync(join(log, 'responses', sha256(Buffer.from(DATA))), DATA),
      /a response that no leaf is of/,
    ],
    [
      'text around a certificate',
      ({ log }) => {
        const [name] = readdirSync(join(log, 'certificates'));
        const pem = `${DATA}\n${readFileSync(join(log, 'certificates', name!), 'utf8')}`;
        writeFileSync(join(log, 'certificates', `${sha256(Buffer.from(pem))}.pem`), pem);
      },
      /not a chain of certificates, or something beside one/,
    ],
    [
      'an extension of a certificate',
      async ({ log }) => {
        const pem = await certify(red.audited.provider.keyring, Buffer.from(DATA));
        writeFileSync(join(log, 'certificates', `${sha256(Buffer.from(pem))}.pem`), pem);
      },
      /a certificate of \d+ bytes beside its names/,
    ],
    [
      'a certificate of an authority that no root names',
      async ({ log }) => {
        const pem = await certify(undefined, Buffer.alloc(0));
        writeFileSync(join(log, 'certificates', `${sha256(Buffer.from(pem))}.pem`), pem);
      },
      /a certificate of an authority that no root names/,
    ],
  ])('%s', (_name, attack, words) => red.caught('log', attack, words));

  test('a key of somebody else cannot sign what the audit takes', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const artefacts = red.copy();
    const note = readFileSync(join(artefacts.log, 'checkpoint'), 'utf8');
    const [body = '', line = ''] = note.split('\n\n');
    const forged = sign(null, Buffer.from(`${body}\n`), privateKey);
    const id = Buffer.from(line.trim().split(' ').at(-1)!, 'base64').subarray(0, 4);
    const text = Buffer.concat([id, forged]).toString('base64');
    writeFileSync(
      join(artefacts.log, 'checkpoint'),
      `${body}\n\n${line.split(' ').slice(0, 2).join(' ')} ${text}\n`,
    );
    const result = await auditOf(artefacts, ['log']);
    expect(result.verdict).toBe('FAIL');
    expect(failed(result)).toMatch(/^log: log: checkpoint: not signed by a log key/);
  });
});
