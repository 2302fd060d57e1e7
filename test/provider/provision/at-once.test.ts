import { fork } from 'node:child_process';
import { once } from 'node:events';
import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { program } from '../../../scripts/program.js';
import { addSite, initSites, sitesDir } from '../../../src/provider/provision/index.js';
import { readSite } from '../../../src/provider/provision/registry.js';
import { makeProvider, type TestProvider } from '../../fixtures/provider.js';
import { fileDir } from '../../fixtures/temp.js';

const WORKER = join(import.meta.dirname, '../../fixtures/office-worker.ts');

describe('changing one site at once, in processes of their own', () => {
  const dir = fileDir();
  let worker: string;
  let provider: TestProvider;
  const out = (name: string): string => join(dir, 'kits', name);
  const sites = (): string => sitesDir(provider.keyring);
  const handedOut = (kit: string): string =>
    new X509Certificate(readFileSync(join(out(kit), 'site.pem'))).serialNumber.toLowerCase();
  const onRecord = (site: string): string[] =>
    readSite(sites(), site).certificates.map(({ serial }) => serial.toLowerCase());

  /** Starts them all, lets them go at one moment, and waits. @returns their exit codes */
  async function together(jobs: [what: string, site: string, kit: string][]): Promise<number[]> {
    const children = jobs.map(([what, site, kit]) =>
      fork(worker, [what, provider.store, provider.keyring.dir, site, out(kit)], {
        execArgv: [],
      }),
    );
    await Promise.all(children.map((child) => once(child, 'message')));
    const ended = children.map((child) => once(child, 'exit'));
    for (const child of children) child.send('go');
    return (await Promise.all(ended)).map(([code]) => code as number);
  }

  beforeAll(async () => {
    worker = await program(WORKER);
    provider = await makeProvider(dir);
    await initSites(provider.keyring, new Date());
    const office = { store: provider.store, keyring: provider.keyring, now: new Date() };
    for (const site of ['alpha', 'beta'])
      await addSite(office, { site, address: 'localhost:7443', out: out(site) });
  });

  it('four renewals: every certificate that was handed out is on record', async () => {
    const kits = ['a1', 'a2', 'a3', 'a4'];
    expect(await together(kits.map((kit) => ['renew', 'alpha', kit]))).toEqual([0, 0, 0, 0]);
    expect(new Set(onRecord('alpha'))).toEqual(new Set(['alpha', ...kits].map(handedOut)));
  }, 60_000);

  it('revoking during renewals: what was revoked stays so, and nothing handed out is unknown', async () => {
    const kits = ['b1', 'b2', 'b3'];
    const first = handedOut('beta');
    const codes = await together([
      ...kits.map((kit): [string, string, string] => ['renew', 'beta', kit]),
      ['revoke', 'beta', 'none'],
    ]);
    expect(codes.at(-1)).toBe(0);
    const { certificates } = readSite(sites(), 'beta');
    expect(
      certificates.find(({ serial }) => serial.toLowerCase() === first)?.revoked,
    ).toBeDefined();
    for (const [i, kit] of kits.entries()) {
      expect(existsSync(out(kit))).toBe(codes[i] === 0);
      if (codes[i] === 0) expect(onRecord('beta')).toContain(handedOut(kit));
    }
  }, 60_000);

  it('one name enrolled by three at once: one kit, and that one is on record', async () => {
    const kits = ['c1', 'c2', 'c3'];
    const codes = await together(kits.map((kit) => ['add', 'gamma', kit]));
    expect(codes.toSorted()).toEqual([0, 1, 1]);
    const there = kits.filter((kit) => existsSync(out(kit)));
    expect(there.map(handedOut)).toEqual(onRecord('gamma'));
  }, 60_000);
});
