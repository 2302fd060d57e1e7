import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { audit } from '../../../src/audit/index.js';
import { runCommand } from '../../fixtures/command.js';
import { handing, RUN } from '../../fixtures/handed.js';
import { writeOld } from '../../fixtures/old-home.js';

const one = handing();
const pem = (type: 'pkcs8' | 'sec1', format: 'pem' | 'der'): Buffer =>
  Buffer.from(
    generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey.export({
      type,
      format,
    } as { type: 'pkcs8'; format: 'pem' }),
  );
const pixels = (n: number): number[] => Array.from({ length: n }, (_, i) => (i % 7) / 7);
const KEY = 'a private key';
const SAMPLES = 'samples of private data';

/** What lies in the folder, under which name, and what it is. */
const PRIVATE: [string, string, () => Uint8Array | string][] = [
  [KEY, 'identity/key.pem', () => pem('pkcs8', 'pem')],
  [KEY, 'trust/notes.txt', () => `for later:\n${pem('sec1', 'pem').toString()}`],
  [KEY, 'identity/site.der', () => pem('pkcs8', 'der')],
  [KEY, 'a/b/c', () => pem('sec1', 'der')],
  [KEY, 'id_ed25519', () => '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk=\n'],
  [KEY, 'sealed.pem', () => '-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIH=\n'],
  [KEY, 'keys/key.json', () => '{\n  "format": "fedshot-key/1",\n  "role": "site"\n}'],
  [KEY, 'minimal.json', () => '{"format":"fedshot-key/1"}'],
  [
    KEY,
    'behind-a-megabyte.bin',
    () => Buffer.concat([Buffer.alloc(2 ** 20 - 9), Buffer.from('-----BEGIN PRIVATE KEY-----')]),
  ],
  [SAMPLES, `runs/${RUN}/samples.json`, () => JSON.stringify({ images: pixels(784) })],
  [SAMPLES, 'adapted/digits/record.json', () => JSON.stringify({ a: [{ b: pixels(64) }] })],
  [SAMPLES, 'rows.json', () => JSON.stringify({ rows: { age: pixels(200) } })],
  [SAMPLES, 'report.html', () => '<img src="data:image/png;base64,iVBORw0KGgo=">'],
  [SAMPLES, 'picture', () => Buffer.from('89504e470d0a1a0a00000000', 'hex')],
  [SAMPLES, 'scan.dcm', () => Buffer.concat([Buffer.alloc(128), Buffer.from('DICM0000')])],
  [SAMPLES, 'x.npy', () => Buffer.from('934e554d5059010076', 'hex')],
];

describe('a folder with what no auditor should have', () => {
  it.each(PRIVATE)('%s in %s: it is not read on', async (holds, path, content) => {
    const site = one.copyOf(one.folder);
    mkdirSync(dirname(join(site, path)), { recursive: true });
    writeFileSync(join(site, path), content());
    await expect(audit({ site: [site], parts: ['site'] })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining(`this folder holds ${holds} (${path})`) as string,
      hint: expect.stringContaining('fedshot client evidence') as string,
    });
  });

  it('a home is one, by its key or by its pictures; the command ends with 2 and one line', async () => {
    const { code, err, out } = await runCommand('audit', 'site', '--site', one.home);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/this folder holds (a private key|samples of private data) \(/);
    expect(err).toContain('fedshot client evidence');
    const old = one.next();
    mkdirSync(join(old, 'trust'), { recursive: true });
    writeOld(old, { name: 'digits' });
    await expect(audit({ site: [old], parts: ['site'] })).rejects.toThrow(
      'adapted/digits/record.json',
    );
  });

  it('weights, certificates and public keys are none', async () => {
    const site = one.copyOf(one.folder);
    const { publicKey } = generateKeyPairSync('ed25519');
    writeFileSync(join(site, 'public.pem'), publicKey.export({ type: 'spki', format: 'pem' }));
    for (const file of ['F.safetensors', 'B.safetensors'])
      writeFileSync(join(site, file), readFileSync(join(one.home, 'releases/digits/1', file)));
    const { claims } = await audit({ site: [site], parts: ['site'] });
    expect(claims[0]!.findings.join()).toContain('public.pem was added');
  });
});

describe('a bare home, the way of version 0.1', () => {
  /** Without keys and pictures. */
  function bare(): string {
    const home = one.copyOf(one.home);
    rmSync(join(home, 'identity'), { recursive: true });
    rmSync(join(home, `runs/${RUN}/samples.json`));
    return home;
  }
  const auditAll = (site: string, siteKey?: string[]) => {
    const { store, trust, log, record } = one.audited.artefacts;
    return audit({ store, trust, log, record, parts: ['site'], site: [site], siteKey });
  };

  it('is not signed: incomplete, never a pass, and how to make it is said', async () => {
    const { verdict, missing, claims } = await auditAll(bare());
    expect(verdict).toBe('INCOMPLETE');
    expect(missing.join()).toMatch(/not signed.*make it with fedshot client evidence/);
    expect(claims.flatMap(({ findings }) => findings)).toEqual([]);
  });

  it('where a key is pinned it fails', async () => {
    const { verdict } = await auditAll(bare(), [createHash('sha256').digest('hex')]);
    expect(verdict).toBe('FAIL');
  });

  it('and what it hands over passes', async () => {
    const { out, key } = await one.hand(bare());
    expect((await auditAll(out, [key.keyid])).verdict).toBe('PASS');
  });
});
