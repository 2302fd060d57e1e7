import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { audit, type AuditResult } from '../../../src/audit/index.js';
import { openEvidence, sealEvidence } from '../../../src/shared/evidence/index.js';
import { signerOf } from '../../../src/shared/release/index.js';
import { handing, RUN } from '../../fixtures/handed.js';

const one = handing();
const OTHER = signerOf(Buffer.alloc(32, 99));

const auditSite = (site: string, siteKey?: readonly string[]): Promise<AuditResult> => {
  const { store, trust, log, record } = one.audited.artefacts;
  return audit({ store, trust, log, record, parts: ['site'], site: [site], siteKey });
};
const evidenceClaim = ({ claims }: AuditResult) => claims.find(({ id }) => id === 'site/evidence')!;
const findings = ({ claims }: AuditResult): string =>
  claims.flatMap((claim) => claim.findings).join('\n');

const flipAt = (share: number) => (file: string) => {
  const bytes = readFileSync(file);
  bytes[Math.floor(bytes.length * share)]! ^= 1;
  writeFileSync(file, bytes);
};
const replace = (from: string, to: string) => (file: string) => {
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(from);
  writeFileSync(file, text.replace(from, to));
};
/** Changes what the index says, and leaves the signature as it was. */
const sayOtherwise = (change: (payload: string) => string) => (file: string) => {
  const envelope = JSON.parse(readFileSync(file, 'utf8')) as { payload: string };
  const before = Buffer.from(envelope.payload, 'base64').toString();
  const after = change(before);
  expect(after).not.toBe(before);
  writeFileSync(
    file,
    JSON.stringify({ ...envelope, payload: Buffer.from(after).toString('base64') }),
  );
};
const run = `runs/${RUN}`;

/** What was done to it, the file, and how. */
const CHANGES: [string, string, (file: string) => void][] = [
  ['C changed in its first byte', `${run}/C.safetensors`, flipAt(0)],
  ['C changed in its last third', `${run}/C.safetensors`, flipAt(0.8)],
  ['C deleted', `${run}/C.safetensors`, rmSync],
  ['C cut', `${run}/C.safetensors`, (file) => truncateSync(file, 100)],
  ['n = 99999 in record.json', `${run}/record.json`, replace('"n":120', '"n":99999')],
  ['another verdict in record.json', `${run}/record.json`, replace('"ok"', '"refuse"')],
  ['record.json empty', `${run}/record.json`, (file) => truncateSync(file, 0)],
  [
    'mounts cut from isolation.json',
    `${run}/isolation.json`,
    replace('"mounts":["/usr","/home/site/releases"]', '"mounts":[]'),
  ],
  ['an attempt cut from isolation.json', `${run}/isolation.json`, replace('ENOENT', 'EACCES')],
  [
    'isolation.json with a space more',
    `${run}/isolation.json`,
    (file) => appendFileSync(file, ' '),
  ],
  ['the pulled manifest changed', 'releases/digits/1/manifest.json', flipAt(0.5)],
  ['the pulled manifest deleted', 'releases/digits/1/manifest.json', rmSync],
  [
    'another version pointed to',
    'releases/digits/current.json',
    replace('"version":1', '"version":2'),
  ],
  ['another run in use', 'current/digits.json', replace(RUN, '20260101T000000000Z-000000')],
  ['what was seen of the provider', 'trust/state.json', flipAt(0.9)],
  ['what was seen of the provider deleted', 'trust/state.json', rmSync],
  ['the whole run deleted', run, (dir) => rmSync(dir, { recursive: true })],
  ['all of runs deleted', 'runs', (dir) => rmSync(dir, { recursive: true })],
  [
    'exfil/patients.csv added',
    'exfil/patients.csv',
    (file) => {
      mkdirSync(join(file, '..'));
      writeFileSync(file, 'age\n71\n');
    },
  ],
  ['weights added that stay', `${run}/F.safetensors`, (file) => writeFileSync(file, 'weights')],
  ['a file with an odd name added', '-rf .txt', (file) => writeFileSync(file, '')],
  ['a folder added', 'mrn-4711-hiv', mkdirSync],
  ['a hidden file added', `${run}/.note`, (file) => writeFileSync(file, '71')],
  [
    'evidence of a conflict added',
    'evidence/log-0.json',
    (file) => {
      mkdirSync(join(file, '..'));
      writeFileSync(file, '{}');
    },
  ],
  [
    'a link in place of a file',
    `${run}/isolation.json`,
    (file) => {
      renameSync(file, `${file}.away`);
      symlinkSync(`${file}.away`, file);
    },
  ],
  [
    'two files exchanged',
    'releases/digits/current.json',
    (file) => copyFileSync(join(file, '../../../current/digits.json'), file),
  ],
  [
    'the index with another digest of F',
    'evidence.json',
    sayOtherwise((text) =>
      text.replace(/("path":"runs[^"]*F.safetensors","size":\d+,"sha256":")./, '$1x'),
    ),
  ],
  [
    'the index without what stays',
    'evidence.json',
    sayOtherwise((text) => text.replace(/"stays":\[.*?\]/, '"stays":[]')),
  ],
  [
    'the index with another time',
    'evidence.json',
    sayOtherwise((text) => text.replace('T15:00:00Z', 'T16:00:00Z')),
  ],
  ['the index with a line more', 'evidence.json', (file) => appendFileSync(file, '\n')],
  ['one bit of the index', 'evidence.json', flipAt(0.3)],
  ['one bit of its signature', 'evidence.json', flipAt(0.98)],
  ['the index empty', 'evidence.json', (file) => truncateSync(file, 0)],
  ['the index gone', 'evidence.json', rmSync],
];

describe('what was changed after a site has signed it', () => {
  it.each(CHANGES)('%s fails, and %s is named', async (_, path, change) => {
    const site = one.copyOf(one.folder);
    change(join(site, path));
    const result = await auditSite(site, [one.evidence.key.keyid]);
    expect(result.verdict).toBe('FAIL');
    expect(findings(result)).toContain(path);
  });

  it('unchanged holds, under its key by id or as it is', async () => {
    const { keyid, public: key } = one.evidence.key;
    for (const pinned of [[keyid], [key], ['0'.repeat(64), keyid]]) {
      const result = await auditSite(one.folder, pinned);
      expect(findings(result)).toBe('');
      expect(evidenceClaim(result).verdict).toBe('PASS');
      expect(result.verdict).toBe('PASS');
    }
  });

  it('any single byte of any file', async () => {
    const { index } = openEvidence(readFileSync(join(one.folder, 'evidence.json')), '');
    for (const { path } of index.files) {
      const site = one.copyOf(one.folder);
      flipAt(0.5)(join(site, path));
      const result = await auditSite(site, [one.evidence.key.keyid]);
      expect([result.verdict, findings(result).includes(path)], path).toEqual(['FAIL', true]);
    }
  });
});

/** Signs the index of a folder again, as somebody with another key would. */
function signAgain(
  site: string,
  more: object = {},
  signer: typeof OTHER | undefined = OTHER,
): void {
  const file = join(site, 'evidence.json');
  const { key: _key, ...index } = openEvidence(readFileSync(file), '').index;
  writeFileSync(file, sealEvidence({ ...index, ...more }, signer));
}

describe('whose word it is', () => {
  it('by an unpinned key it is consistent with itself, and that is said', async () => {
    const { claim, verdict, notCovered } = evidenceClaim(await auditSite(one.folder));
    expect(claim).toContain('consistent with itself; whose it is, is not known');
    expect(verdict).toBe('PASS');
    expect(notCovered.join()).toContain('--site-key');
  });

  it('by another key than the pinned one fails, and both the file and the key are named', async () => {
    const site = one.copyOf(one.folder);
    signAgain(site);
    const result = await auditSite(site, [one.evidence.key.keyid]);
    expect(result.verdict).toBe('FAIL');
    expect(findings(result)).toContain(`evidence.json is signed by the key ${OTHER.keyid}`);
    expect(evidenceClaim(await auditSite(site, [OTHER.keyid])).verdict).toBe('PASS');
  });

  it('under the name of the site’s key, signed by another, fails', async () => {
    const site = one.copyOf(one.folder);
    const { keyid, publicKey } = {
      ...one.evidence.key,
      publicKey: Buffer.from(one.evidence.key.public, 'hex'),
    };
    const forger = { keyid, publicKey, sign: (message: Uint8Array) => OTHER.sign(message) };
    signAgain(site, {}, forger);
    const result = await auditSite(site, [keyid]);
    expect(findings(result)).toContain('its signature is not that of the key that it names');
  });

  it('a provider’s index does not do for a site', async () => {
    const site = one.copyOf(one.folder);
    signAgain(site, { of: 'provider' });
    expect(findings(await auditSite(site))).toContain('evidence.json is of a provider');
  });

  it('an index that lists files outside its folder is refused', () => {
    for (const path of ['../state.json', '/etc/passwd', 'a//b', 'a/./b', '', 'a\0b', 'a\\b']) {
      const files = [{ path, size: 1, sha256: '0'.repeat(64) }];
      const made = '2026-11-27T15:00:00Z';
      const index = { of: 'site' as const, software: '', made, stays: [], unknown: [], gone: [] };
      expect(() => sealEvidence({ ...index, files }, OTHER), path).toThrow(
        'not the path of a file',
      );
    }
  });

  it('unknown files in the home fail; a run that is gone leaves it incomplete', async () => {
    const [extra, gone] = [one.copyOf(one.folder), one.copyOf(one.folder)];
    signAgain(extra, { unknown: [{ path: 'exfil/patients.csv', size: 9 }] });
    signAgain(gone, { gone: ['20260101T000000000Z-000000'] });
    const result = await auditSite(extra);
    expect([result.verdict, findings(result)]).toEqual([
      'FAIL',
      'exfil/patients.csv: 9 bytes in the home that fedshot has not put there',
    ]);
    const open = await auditSite(gone);
    expect(open.verdict).toBe('INCOMPLETE');
    expect(open.missing.join()).toContain('20260101T000000000Z-000000');
  });

  it('another digest of weights that stay than the record of the run has fails', async () => {
    const site = one.copyOf(one.folder);
    const { stays } = openEvidence(readFileSync(join(site, 'evidence.json')), '').index;
    const path = `${run}/F.safetensors`;
    const otherwise = stays.map((file) =>
      file.path === path ? { ...file, sha256: '1'.repeat(64) } : file,
    );
    signAgain(site, { stays: otherwise });
    expect(findings(await auditSite(site))).toContain('F.safetensors is not the file that');
    signAgain(site, { stays: stays.filter((file) => file.path !== path) });
    expect(findings(await auditSite(site))).toContain('F.safetensors is not the file that');
  });

  it('a manifest that the store does not have fails, though the site has signed it', async () => {
    const site = one.copyOf(one.folder);
    const file = 'releases/digits/1/manifest.json';
    appendFileSync(join(site, file), ' ');
    const { files } = openEvidence(readFileSync(join(site, 'evidence.json')), '').index;
    const { createHash } = await import('node:crypto');
    const bytes = readFileSync(join(site, file));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    signAgain(site, {
      files: files.map((one) =>
        one.path === file ? { path: file, size: bytes.length, sha256 } : one,
      ),
    });
    expect(findings(await auditSite(site))).toBe(`${file} is not a manifest of the store`);
  });
});
