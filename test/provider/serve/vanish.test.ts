import {
  chmodSync,
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { beforeAll, describe, expect, it } from 'vitest';
import { revokeSite, sitesDir } from '../../../src/provider/provision/index.js';
import type { Serving } from '../../../src/provider/serve/index.js';
import { openTransparency } from '../../../src/provider/transparency.js';
import { FedshotError } from '../../../src/shared/errors.js';
import { enrolledProvider, type Certificate, type Enrolled } from '../../fixtures/enrolled.js';
import { fileDir } from '../../fixtures/temp.js';

/** Everything that access depends on, below the provider's folder; the list of docs/sites.md. */
const FILES = [
  'keys/sites/ca.pem',
  'keys/sites/ca.sealed',
  'keys/sites/alpha.json',
  'keys/sites/beta.json',
  'keys/enrolled.json',
  'keys/tls/server.pem',
  'keys/tls/server-key.json',
  'policy.json',
  'store/enrolled.json',
  'store/trust.json',
  'store/metadata/root/1.json',
  'store/metadata/freshness.json',
  'store/metadata/releases/digits/1.json',
  'log/checkpoint',
] as const;
const FOLDERS = [
  'keys',
  'keys/sites',
  'keys/tls',
  'store',
  'store/metadata',
  'store/metadata/root',
  'log',
  'log/journal',
] as const;

/** Root reads whatever its rights say. */
const isRoot = process.getuid?.() === 0;

const fileDamage: Record<string, (path: string) => void> = {
  removed: (path) => rmSync(path),
  emptied: (path) => truncateSync(path),
  'cut in half': (path) => truncateSync(path, Math.floor(statSync(path).size / 2)),
  'changed in the middle': (path) => {
    const bytes = readFileSync(path);
    bytes[Math.floor(bytes.length / 2)]! ^= 0x15;
    writeFileSync(path, bytes);
  },
  garbage: (path) => writeFileSync(path, Buffer.alloc(500, 0xa7)),
  'a folder': (path) => {
    rmSync(path);
    mkdirSync(path);
  },
  'a link to nowhere': (path) => {
    rmSync(path);
    symlinkSync('/nowhere/at/all', path);
  },
  ...(isRoot ? {} : { unreadable: (path: string) => chmodSync(path, 0) }),
};
const folderDamage: Record<string, (path: string) => void> = {
  'moved away': (path) => renameSync(path, `${path}-away`),
  'an empty one in its place': (path) => {
    renameSync(path, `${path}-away`);
    mkdirSync(path);
  },
  'a file in its place': (path) => {
    renameSync(path, `${path}-away`);
    writeFileSync(path, 'not a folder');
  },
  ...(isRoot ? {} : { unreadable: (path: string) => chmodSync(path, 0) }),
};
const CASES = [
  ...FILES.map((path) => ({ path, damage: Object.entries(fileDamage) })),
  ...FOLDERS.map((path) => ({ path, damage: Object.entries(folderDamage) })),
];

describe('whatever vanishes or breaks', () => {
  const dir = fileDir();
  let work: string;
  let enrolled: Enrolled;
  const who: Record<'alpha' | 'beta', Certificate> = { alpha: {}, beta: {} };
  beforeAll(async () => {
    work = join(dir, 'work');
    enrolled = await enrolledProvider(work);
    who.alpha = await enrolled.enrol('alpha');
    who.beta = await enrolled.enrol('beta');
    revokeSite({ keyring: enrolled.provider.keyring, now: new Date() }, 'beta');
    writeFileSync(join(work, 'policy.json'), '{"releases": {"*": ["alpha", "beta"]}}');
    const serving = await start();
    await serving.close();
    cpSync(work, join(dir, 'good'), { recursive: true });
  });

  async function start(): Promise<Serving> {
    const { store, keyring } = enrolled.provider;
    const log = join(work, 'log');
    const open = { store, keyring, dir: log, now: () => new Date() };
    const transparency = await openTransparency(open);
    const options = { sites: sitesDir(keyring), policy: join(work, 'policy.json'), transparency };
    return enrolled.provider
      .serve({ ...options, transparencyDir: log, memory: [keyring.dir], graceMs: 0 })
      .catch(async (error: unknown) => {
        await transparency.close().catch(() => undefined);
        throw error;
      });
  }
  function restore(damaged: string): void {
    const path = damaged.replace(/^log\/.*/, 'log'); // its files go together
    for (const place of [join(work, path), join(work, `${path}-away`)])
      rmSync(place, { recursive: true, force: true });
    cpSync(join(dir, 'good', path), join(work, path), { recursive: true });
  }
  async function nobodyElse(serving: Serving, when: string): Promise<void> {
    expect(await enrolled.ask(serving), `a stranger, ${when}`).not.toBe(status.OK);
    const revoked = await enrolled.ask(serving, who.beta);
    expect(revoked, `a revoked site, ${when}`).not.toBe(status.OK);
  }

  it('twin: with everything in its place the enrolled site is served, and nobody else', async () => {
    const serving = await start();
    expect(await enrolled.ask(serving, who.alpha)).toBe(status.OK);
    await nobodyElse(serving, 'undisturbed');
    await serving.close();
  });

  it.each(CASES)(
    'under a running server: $path',
    async ({ path, damage }) => {
      for (const [how, what] of damage) {
        const serving = await start();
        try {
          what(join(work, path));
          await serving.reload();
          await nobodyElse(serving, how);
          restore(path);
          // Keys, policy and sites are held on to or come back; store and log may be gone for good.
          if (/^(log|store)/.test(path)) continue;
          await serving.reload();
          expect(await enrolled.ask(serving, who.alpha), `the honest site, ${how}`).toBe(status.OK);
        } finally {
          await serving.close().catch(() => undefined);
          restore(path);
        }
      }
    },
    60_000,
  );

  it.each(CASES)(
    'before a server starts: $path',
    async ({ path, damage }) => {
      for (const [how, what] of damage)
        try {
          what(join(work, path));
          const serving = await start().catch((error: unknown) => error);
          if (serving instanceof Error) {
            expect(serving, how).toBeInstanceOf(FedshotError);
            continue;
          }
          await nobodyElse(serving as Serving, how).finally(() =>
            (serving as Serving).close().catch(() => undefined),
          );
        } finally {
          restore(path);
        }
    },
    60_000,
  );
});
