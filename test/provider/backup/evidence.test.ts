import { appendFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { audit, type AuditResult } from '../../../src/audit/index.js';
import { providerEvidence } from '../../../src/provider/backup/evidence.js';
import { Keyring, Sealer } from '../../../src/shared/release/index.js';
import { AT, handing } from '../../fixtures/handed.js';
import { failsWith } from '../../fixtures/world.js';

const one = handing();
const noKeys = (): Keyring =>
  new Keyring({ dir: one.next(), sealer: () => Promise.resolve(new Sealer('no key is here')) });

function hand(keyring?: Keyring, store?: string) {
  const { log } = one.audited.artefacts;
  const { provider } = one.audited;
  const out = one.next();
  const options = { keyring: keyring ?? provider.keyring, dir: log, now: () => AT };
  const from = { ...options, store: store ?? provider.store, software: 'fedshot test' };
  return providerEvidence(from, out).then((value) => ({ out, value }));
}
const auditProvider = (provider: string): Promise<AuditResult> =>
  audit({
    provider,
    trust: one.audited.artefacts.trust,
    parts: ['release', 'log'],
    without: ['log/one', 'release/bits'],
  });
const findings = ({ claims }: AuditResult): string =>
  claims.flatMap((claim) => claim.findings).join('\n');

describe('what a provider hands over', () => {
  it('is store and log, signed by the log key, and no keys; the audit takes it', async () => {
    const { out, value } = await hand();
    expect(readdirSync(out).sort()).toEqual(['evidence.json', 'log', 'store']);
    const { keyids } = one.audited.provider.keyring
      .list()
      .reduce((all, { role, keyid }) => ({ keyids: role === 'log' ? [keyid] : all.keyids }), {
        keyids: [''],
      });
    expect(value.signedBy).toBe(keyids[0]);
    const result = await auditProvider(out);
    expect([result.verdict, findings(result)]).toEqual(['PASS', '']);
    expect(result.claims.find(({ id }) => id === 'release/evidence')!.verdict).toBe('PASS');
  });

  it('without the log key is not signed, which leaves the audit incomplete', async () => {
    const { out, value } = await hand(noKeys());
    expect(value.signedBy).toBeUndefined();
    const result = await auditProvider(out);
    expect(result.verdict).toBe('INCOMPLETE');
    expect(result.missing.join()).toContain('evidence.json: not signed');
  });

  const changes: [string, string, (file: string) => void][] = [
    ['added to the store', 'store/notes.txt', (file) => writeFileSync(file, 'x')],
    ['added beside', 'isolation.json', (file) => writeFileSync(file, '{}')],
    ['changed', 'log/checkpoint', (file) => appendFileSync(file, '\n')],
    ['gone', 'store/metadata/freshness.json', rmSync],
    ['changed', 'evidence.json', (file) => appendFileSync(file, ' ')],
  ];
  it.each(changes)('%s: %s is named', async (_, path, change) => {
    const { out } = await hand();
    change(join(out, path));
    const result = await auditProvider(out);
    expect(result.verdict).toBe('FAIL');
    expect(findings(result)).toContain(path);
  });

  it('signed by a site’s key fails', async () => {
    const { out } = await hand();
    const [{ openEvidence, sealEvidence }, { readFileSync }] = [
      await import('../../../src/shared/evidence/index.js'),
      await import('node:fs'),
    ];
    const { SITE } = await import('../../fixtures/sealed-site.js');
    const file = join(out, 'evidence.json');
    const { key: _key, ...index } = openEvidence(readFileSync(file), '').index;
    writeFileSync(file, sealEvidence(index, SITE));
    expect(findings(await auditProvider(out))).toContain('which is no log key');
  });

  it('is not written where a key lies in the store, or into what it copies', async () => {
    const store = one.copyOf(one.audited.provider.store);
    mkdirSync(join(store, 'old'));
    writeFileSync(join(store, 'old/release-1.json'), '{"format":"fedshot-key/1"}');
    await expect(hand(undefined, store)).rejects.toMatchObject({
      code: 'data',
      message: expect.stringContaining('store/old/release-1.json holds a private key') as string,
    });
    const { provider, artefacts } = one.audited;
    const inside = join(provider.store, 'for-the-auditor');
    await expect(
      providerEvidence(
        {
          store: provider.store,
          keyring: provider.keyring,
          dir: artefacts.log,
          now: () => AT,
          software: '',
        },
        inside,
      ),
    ).rejects.toEqual(failsWith('usage'));
    expect(existsSync(inside)).toBe(false);
  });
});
