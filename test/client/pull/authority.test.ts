import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { pull } from '../../../src/client/pull/index.js';
import { readTrust } from '../../../src/client/trust/trust.js';
import {
  addAuthority,
  listAuthorities,
  removeAuthority,
  useAuthority,
} from '../../../src/provider/keys/ca.js';
import { makeProvider, type TestProvider } from '../../fixtures/provider.js';
import { tempDir } from '../../fixtures/temp.js';
import { failsWith } from '../../fixtures/world.js';

let dir: string;
let provider: TestProvider;
beforeEach(async () => {
  dir = tempDir();
  provider = await makeProvider(dir);
  await provider.publish('digits', { F: 400, B: 40, C: 20 });
});

const change = () => ({ store: provider.store, keyring: provider.keyring, now: new Date() });

async function replaceAuthority(): Promise<void> {
  const { authority } = await addAuthority(change());
  await useAuthority({ ...change(), authority });
  for (const { fingerprint, inUse } of listAuthorities(provider.store, provider.keyring))
    if (!inUse) await removeAuthority({ ...change(), authority: fingerprint });
}

describe('a site that missed changes of the authority', () => {
  test.each([1, 2, 5])('follows the roots by itself after %i of them', async (times) => {
    const home = provider.home('site');
    for (let i = 0; i < times; i++) await replaceAuthority();
    const server = await provider.serve();
    try {
      await pull({ from: [`localhost:${server.port}`], name: 'digits', home });
      expect(readTrust(home).root.version).toBe(1 + 2 * times);
    } finally {
      await server.close();
    }
  });

  test('attack: a server of another authority, with the true roots, is not pulled from', async () => {
    const home = provider.home('site');
    const stranger = await makeProvider(join(dir, 'stranger'));
    const { openServerTls, tlsDir } = await import('../../../src/provider/keys/tls.js');
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
    const home = provider.home('site');
    const stranger = await makeProvider(join(dir, 'stranger'));
    await stranger.publish('digits', { F: 400, B: 40, C: 20 });
    const { renewRoot } = await import('../../../src/provider/keys/rotate.js');
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
