import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pull, type PullResult } from '../../../src/client/pull/index.js';
import {
  addAuthority,
  listAuthorities,
  removeAuthority,
  useAuthority,
} from '../../../src/provider/keys/ca.js';
import { openAuthority, renewServerTls, tlsDir } from '../../../src/provider/keys/tls.js';
import { createAuthority, issueServer } from '../../../src/provider/provision/certificates.js';
import type { Serving } from '../../../src/provider/serve/index.js';
import { random } from '../../../src/shared/random.js';
import { makeProvider, type TestProvider } from '../../fixtures/provider.js';
import { failsWith } from '../../fixtures/world.js';
import { fileDir } from '../../fixtures/temp.js';

const once = { attempts: 1, baseMs: 1, maxMs: 1 };
const retry = { policy: once, random: random('ca'), sleep: () => Promise.resolve() };

describe('replacing the authority of the servers', () => {
  const dir = fileDir();
  let provider: TestProvider;
  let server: Serving;
  const now = new Date();
  const change = () => ({ store: provider.store, keyring: provider.keyring, now });
  const from = (home: string, { port } = server): Promise<PullResult> =>
    pull({ from: [`localhost:${port}`], name: 'digits', home: join(dir, home), retry });
  const listed = () => listAuthorities(provider.store, provider.keyring);

  beforeAll(async () => {
    provider = await makeProvider(dir);
    await provider.publish('digits', { F: 4000, B: 400, C: 200 });
    server = await provider.serve();
    provider.home('old');
    provider.home('late');
    await from('old');
  });
  afterAll(async () => {
    await server.close();
  });

  it('refuses to remove the only authority, whose servers no site could reach', async () => {
    const [only] = listed();
    expect(only).toMatchObject({ here: true, inUse: true });
    await expect(
      removeAuthority({ ...change(), authority: only!.fingerprint }),
    ).rejects.toMatchObject({
      code: 'usage',
      hint: expect.stringContaining('keys ca add') as string,
    });
    expect(listed()).toHaveLength(1);
  });

  it('adds one: the server goes on as it is, and old sites follow the root', async () => {
    const { authority } = await addAuthority(change());
    expect(listed().map(({ inUse }) => inUse)).toEqual([true, false]);
    expect(listed()[1]!.fingerprint).toBe(authority);
    provider.home('new');
    await from('new');
    expect((await from('old')).upToDate).toBe(true);
  });

  it('unnamed authority: a server whose certificate the root does not vouch for is refused, its twin is not', async () => {
    const notAfter = new Date(now.getTime() + 86_400_000);
    const stranger = await createAuthority('fedshot provider', now);
    const evil = await provider.serve({
      tls: {
        load: () => issueServer(stranger, ['localhost'], { now, notAfter }),
        watch: tlsDir(provider.keyring),
      },
    });
    await expect(from('old', evil)).rejects.toThrow(failsWith('trust'));
    await evil.close();
    expect((await from('old')).upToDate).toBe(true);
  });

  it('uses the new one: sites that have followed go on, and one that has not follows the roots', async () => {
    const [, added] = listed();
    await useAuthority({ ...change(), authority: added!.fingerprint.slice(0, 8) });
    await server.reload();
    expect(listed().map(({ inUse }) => inUse)).toEqual([false, true]);
    expect((await from('old')).upToDate).toBe(true);
    expect((await from('late')).release.version).toBe(1);
  });

  it('renews under the authority in use, not under the first', async () => {
    await renewServerTls(provider.keyring, ['weights.example.org'], now);
    expect(listed().map(({ inUse }) => inUse)).toEqual([false, true]);
  });

  it('removed authority: its certificates are refused by every site that has followed', async () => {
    const [old] = listed();
    await removeAuthority({ ...change(), authority: old!.fingerprint });
    expect(listed()).toHaveLength(1);
    await from('old');
    const keyring = provider.keyring;
    const stolen = await provider.serve({
      tls: {
        load: async () => {
          const authority = await openAuthority(keyring, old!.fingerprint);
          const notAfter = new Date(now.getTime() + 86_400_000);
          return issueServer(authority, ['localhost'], { now, notAfter });
        },
        watch: tlsDir(keyring),
      },
    });
    await expect(from('old', stolen)).rejects.toThrow(failsWith('trust'));
    await stolen.close();
    expect((await from('old')).upToDate).toBe(true);
  });

  it('end certificate as an authority: refused, and so are a fifth authority and one it knows', async () => {
    const file = join(dir, 'given.pem');
    writeFileSync(file, readFileSync(join(tlsDir(provider.keyring), 'server.pem')));
    await expect(addAuthority({ ...change(), file })).rejects.toThrow(failsWith('trust'));
    writeFileSync(file, 'nothing of the kind');
    await expect(addAuthority({ ...change(), file })).rejects.toThrow(failsWith('format'));
    writeFileSync(file, (await createAuthority('elsewhere', now)).cert);
    await addAuthority({ ...change(), file });
    expect(listed()[1]).toMatchObject({ here: false, inUse: false });
    await expect(addAuthority({ ...change(), file })).rejects.toThrow(failsWith('usage'));
    await addAuthority(change());
    await addAuthority(change());
    const before = readdirSync(tlsDir(provider.keyring));
    await expect(addAuthority(change())).rejects.toThrow(failsWith('usage'));
    expect(readdirSync(tlsDir(provider.keyring))).toEqual(before);
    await expect(
      useAuthority({ ...change(), authority: listed()[1]!.fingerprint }),
    ).rejects.toThrow(failsWith('not-found'));
    expect((await from('old')).upToDate).toBe(true);
  });
});
