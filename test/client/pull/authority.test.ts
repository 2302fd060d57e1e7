import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { pull } from '../../../src/client/pull/index.js';
import { pinTrust, readTrust } from '../../../src/client/trust/trust.js';
import {
  addAuthority,
  listAuthorities,
  removeAuthority,
  useAuthority,
} from '../../../src/provider/keys/ca.js';
import { renewRoot } from '../../../src/provider/keys/rotate.js';
import { openServerTls, tlsDir } from '../../../src/provider/keys/tls.js';
import { makeProvider } from '../../fixtures/provider.js';
import { fileDir } from '../../fixtures/temp.js';
import { failsWith } from '../../fixtures/world.js';

/** A provider with a release, and what its people do to its authority. */
async function prepare(dir: string) {
  const provider = await makeProvider(dir);
  await provider.publish('digits', { F: 400, B: 40, C: 20 });
  const change = () => ({ store: provider.store, keyring: provider.keyring, now: new Date() });
  return {
    provider,
    replaceAuthority: async (): Promise<void> => {
      const { authority } = await addAuthority(change());
      await useAuthority({ ...change(), authority });
      for (const { fingerprint, inUse } of listAuthorities(provider.store, provider.keyring))
        if (!inUse) await removeAuthority({ ...change(), authority: fingerprint });
    },
  };
}

describe('a site that missed changes of the authority', () => {
  const dir = fileDir();
  let changed = 0;
  let prepared: Awaited<ReturnType<typeof prepare>>;
  beforeAll(async () => {
    prepared = await prepare(join(dir, 'changing'));
  });

  test.each([1, 2, 5])('follows the roots by itself after %i of them', async (times) => {
    const { provider, replaceAuthority } = prepared;
    const home = join(dir, `site-${times}`);
    // Pinned at the very first root, whatever has happened since.
    const file = join(dir, 'first.json');
    if (changed === 0) writeFileSync(file, readFileSync(provider.trustFile));
    pinTrust({ file, home });
    for (; changed < times; changed++) await replaceAuthority();
    const server = await provider.serve();
    try {
      await pull({ from: [`localhost:${server.port}`], name: 'digits', home });
      expect(readTrust(home).root.version).toBe(1 + 2 * times);
    } finally {
      await server.close();
    }
  });

  test('attack: a server of another authority, with the true roots, is not pulled from', async () => {
    const { provider, replaceAuthority } = await prepare(join(dir, 'honest'));
    const home = provider.home('site');
    const stranger = await makeProvider(join(dir, 'other'));
    const tls = { load: () => openServerTls(stranger.keyring), watch: tlsDir(stranger.keyring) };
    const server = await provider.serve({ tls });
    try {
      await expect(
        pull({ from: [`localhost:${server.port}`], name: 'digits', home }),
      ).rejects.toThrow(failsWith('trust'));
      await replaceAuthority(); // true roots that are newer do not make it trusted either
      await expect(
        pull({ from: [`localhost:${server.port}`], name: 'digits', home }),
      ).rejects.toThrow(failsWith('trust'));
    } finally {
      await server.close();
    }
  });

  test('attack: roots of another provider are not followed', async () => {
    const { provider } = await prepare(join(dir, 'pinned'));
    const home = provider.home('site');
    const stranger = await makeProvider(join(dir, 'stranger'));
    await stranger.publish('digits', { F: 400, B: 40, C: 20 });
    await renewRoot({ store: stranger.store, keyring: stranger.keyring, now: new Date() });
    const server = await stranger.serve();
    try {
      await expect(
        pull({ from: [`localhost:${server.port}`], name: 'digits', home }),
      ).rejects.toThrow(failsWith('trust'));
      expect(readTrust(home).root.version).toBe(1);
    } finally {
      await server.close();
    }
  });
});
