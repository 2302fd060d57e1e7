import { createPublicKey, verify } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStatement } from '../../src/audit/index.js';
import { sha256 } from '../../src/shared/release/index.js';
import { createIo } from '../../src/cli/io.js';
import { run } from '../../src/cli/run.js';
import { redTeam } from '../fixtures/red-team.js';
import { tempDir } from '../fixtures/temp.js';
import { failsWith } from '../fixtures/world.js';

const red = redTeam();

async function fedshot(...words: string[]): Promise<{ code: number; out: string }> {
  let out = '';
  const io = createIo({
    stdout: { write: (text) => Boolean((out += String(text))) },
    stderr: { write: () => true },
    signal: new AbortController().signal,
    env: { FEDSHOT_PASSPHRASE: 'a long passphrase of tests' },
  });
  return { code: await run(words, io), out };
}

async function signed() {
  const dir = tempDir();
  const { store, trust } = red.copy();
  const at = (name: string): string => join(dir, name);
  const { code, out } = await fedshot(
    ...['audit', 'release', '--store', store, '--trust', trust, '--auditor', 'E. Noether'],
    ...['--html', at('audit.html'), '--statement', at('audit.dsse.json'), '--key', at('my.key')],
    '--json',
  );
  expect(code).toBe(0);
  const { signed: by } = JSON.parse(out) as { signed: { public: string } };
  return { at, store, key: by.public, bytes: readFileSync(at('audit.dsse.json')) };
}

interface Wire {
  payloadType: string;
  payload: string;
  signatures: { keyid: string; sig: string }[];
}

describe('the signed statement of an audit', () => {
  it('verifies with nothing but DSSE and Ed25519, and names page, artefacts and verdict', async () => {
    const { at, key, bytes } = await signed();
    const { payloadType, payload, signatures } = JSON.parse(bytes.toString()) as Wire;
    const body = Buffer.from(payload, 'base64');
    const head = `DSSEv1 ${payloadType.length} ${payloadType} ${body.length} `;
    const x = Buffer.from(key, 'hex').toString('base64url');
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    const pae = Buffer.concat([Buffer.from(head), body]);
    expect(verify(null, pae, publicKey, Buffer.from(signatures[0]!.sig, 'base64'))).toBe(true);
    const statement = JSON.parse(body.toString()) as Record<string, unknown>;
    expect(statement).toMatchObject({
      _type: 'https://in-toto.io/Statement/v1',
      predicateType: 'urn:fedshot:audit:v1',
      predicate: { verdict: 'PASS', auditor: 'E. Noether', parts: ['release'] },
    });
    const subjects = statement.subject as { name: string; digest: { sha256: string } }[];
    expect(subjects.map(({ name }) => name)).toEqual(['store', 'trust.json', 'audit.html']);
    expect(subjects[2]!.digest.sha256).toBe(sha256(readFileSync(at('audit.html'))));
    expect(statSync(at('my.key')).mode & 0o777).toBe(0o600);
    expect(readFileSync(at('my.key'), 'utf8')).not.toContain('"seed"'); // sealed
  });

  it('verify-statement takes it, and nothing that was changed or that another signed', async () => {
    const { at, key, bytes } = await signed();
    const check = (pub: string) =>
      fedshot('audit', 'verify-statement', at('audit.dsse.json'), '--key', pub);
    const { code, out } = await check(key);
    expect([code, out]).toEqual([0, expect.stringContaining('PASS')]);
    const other = await signed();
    expect((await check(other.key)).code).toBe(10);
    const wire = JSON.parse(bytes.toString()) as Wire;
    const text = Buffer.from(wire.payload, 'base64').toString().replace('E. Noether', 'D. Hilbert');
    const changed = { ...wire, payload: Buffer.from(text).toString('base64') };
    writeFileSync(at('audit.dsse.json'), JSON.stringify(changed));
    expect((await check(key)).code).toBe(10);
  });

  it('is not written unsigned unless that is said', async () => {
    const file = join(tempDir(), 'audit.dsse.json');
    expect((await fedshot('audit', 'schema', '--statement', file)).code).toBe(2);
    const { code } = await fedshot('audit', 'schema', '--statement', file, '--unsigned-statement');
    expect(code).toBe(0);
    const key = Buffer.alloc(32, 9);
    expect(() => openStatement(readFileSync(file), key)).toThrow(failsWith('signature'));
  });

  it('the digest of a folder is that of what sha256sum prints', async () => {
    const { store, bytes } = await signed();
    const { execFileSync } = await import('node:child_process');
    const line =
      "find . -type f -printf '%P\\0' | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum";
    const theirs = execFileSync('sh', ['-c', line], { cwd: store }).toString().slice(0, 64);
    const { payload } = JSON.parse(bytes.toString()) as Wire;
    expect(Buffer.from(payload, 'base64').toString()).toContain(theirs);
  });
});
