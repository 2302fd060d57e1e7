import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import renewRoot from '../../src/api/keys/renew.js';
import rotateKeys, { type RotateKeysInput } from '../../src/api/keys/rotate.js';
import { perform } from '../../src/api/perform.js';
import initProvider from '../../src/api/provider/init.js';
import { tempDir } from '../fixtures/temp.js';

const PASSPHRASE = 'correct horse battery';

describe('a passphrase given by a program', () => {
  it('seals and opens keys, as a text and as a function, and comes before the environment', async () => {
    const store = join(tempDir(), 'store');
    const env = { FEDSHOT_PASSPHRASE: 'another one altogether' };
    await perform(initProvider, { store, passphrase: PASSPHRASE }, { env });
    const byFunction = { store, passphrase: () => Promise.resolve(PASSPHRASE) };
    expect(await perform(renewRoot, byFunction, { env })).toMatchObject({
      state: 'published',
      version: 2,
    });
    await expect(perform(renewRoot, { store }, { env })).rejects.toMatchObject({ code: 'trust' });
  });

  it('opens nothing when it is wrong, whatever the environment has', async () => {
    const store = join(tempDir(), 'store');
    const env = { FEDSHOT_PASSPHRASE: PASSPHRASE };
    await perform(initProvider, { store }, { env });
    const wrong = { store, passphrase: () => 'battery horse correct' };
    await expect(perform(renewRoot, wrong, { env })).rejects.toMatchObject({ code: 'trust' });
  });

  it('is refused beside another, when it is weak, and when it is neither text nor function', async () => {
    const store = join(tempDir(), 'store');
    const init = (given: object) => perform(initProvider, { store, ...given }, { env: {} });
    await expect(init({ passphrase: PASSPHRASE, passphraseFd: 3 })).rejects.toMatchObject({
      code: 'usage',
      message: 'passphrase and passphraseFd contradict each other',
    });
    await expect(init({ passphrase: '' })).rejects.toMatchObject({ code: 'usage' });
    await expect(init({ passphrase: 'abc' })).rejects.toMatchObject({ code: 'usage' });
    await expect(init({ passphrase: 12345678 })).rejects.toMatchObject({
      code: 'usage',
      message: 'provider init: passphrase: Expected a text, or a function that returns one.',
    });
    expect(existsSync(store)).toBe(false);
  });

  it('is never part of a message', async () => {
    const store = join(tempDir(), 'nowhere');
    const error: unknown = await perform(
      renewRoot,
      { store, passphrase: PASSPHRASE },
      { env: {} },
    ).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(Error);
    expect(JSON.stringify(error) + String(error)).not.toContain('horse');
  });
});

describe('a descriptor that is named in the environment', () => {
  it('is refused by name when it is no number', async () => {
    const store = join(tempDir(), 'store');
    const env = { FEDSHOT_PASSPHRASE_FD: 'three' };
    await expect(perform(initProvider, { store }, { env })).rejects.toMatchObject({
      code: 'usage',
      message: 'FEDSHOT_PASSPHRASE_FD: "three" is no file descriptor',
    });
  });
});

describe('keys rotate', () => {
  it.each<[string, RotateKeysInput]>([
    ['public', { store: 'nowhere', role: 'server', public: ['ab'.repeat(32)] }],
    ['threshold', { store: 'nowhere', role: 'server', threshold: 2 }],
    ['host', { store: 'nowhere', role: 'release', host: ['a.example'] }],
  ])('refuses %s for a role that it means nothing to', async (option, given) => {
    await expect(perform(rotateKeys, given, { env: {} })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(new RegExp(`^keys rotate: ${option}: `)) as string,
    });
  });
});
