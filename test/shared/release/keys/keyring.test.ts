import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Keyring, Sealer, signerOf } from '../../../../src/shared/release/index.js';
import { tempDir } from '../../../fixtures/temp.js';
import { failsWith, NOW } from '../../../fixtures/world.js';

const COST = 2 ** 14;
const ring = (dir: string, passphrase = 'correct horse', seeds: Uint8Array[] = []): Keyring =>
  new Keyring({ dir, sealer: () => Promise.resolve(new Sealer(passphrase, COST)), seeds });
const tamper = (file: string, change: (content: Record<string, unknown>) => void): void => {
  const content = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  change(content);
  writeFileSync(file, JSON.stringify(content));
};

describe('Sealer', () => {
  const secret = new Uint8Array(32).fill(7);

  it('opens what it sealed, under the same passphrase only', () => {
    const sealed = new Sealer('a', COST).seal(secret);
    expect(new Sealer('a').open(sealed, 'it')).toEqual(secret);
    expect(() => new Sealer('b').open(sealed, 'it')).toThrow(failsWith('trust'));
  });

  it('never gives the same box twice', () => {
    const sealer = new Sealer('a', COST);
    expect(sealer.seal(secret).box).not.toBe(sealer.seal(secret).box);
    expect(JSON.stringify(sealer.seal(secret))).not.toContain('07070707');
  });

  it('refuses an empty passphrase', () => {
    expect(() => new Sealer('')).toThrow(failsWith('usage'));
  });
});

describe('Keyring', () => {
  it('seals what it creates: readable by the owner alone, and no secret in it', async () => {
    const dir = tempDir();
    const key = await ring(dir).create('release', NOW);
    expect(statSync(key.file).mode & 0o777).toBe(0o600);
    expect(ring(dir).list()).toEqual([key]);
    const role = { keyids: [key.keyid], threshold: 1 };
    const [signer] = await ring(dir).signers('release', role);
    expect(signer!.keyid).toBe(key.keyid);
    expect(Object.keys(JSON.parse(readFileSync(key.file, 'utf8')) as object).sort()).toEqual(
      ['created', 'format', 'keyid', 'public', 'role', 'secret'], // and `secret` is a box
    );
  });

  it('wrong passphrase: opens nothing', async () => {
    const dir = tempDir();
    const { keyid } = await ring(dir).create('release', NOW);
    const role = { keyids: [keyid], threshold: 1 };
    await expect(ring(dir, 'guess').signers('release', role)).rejects.toThrow(failsWith('trust'));
  });

  it('changed box, exchanged box, renamed key: refuses each', async () => {
    const dir = tempDir();
    const keyring = ring(dir);
    const [a, b] = [await keyring.create('release', NOW), await keyring.create('release', NOW)];
    const signers = () => ring(dir).signers('release', { keyids: [a.keyid], threshold: 1 });
    const whole = readFileSync(a.file, 'utf8');

    tamper(a.file, (c) => (c.secret = { ...(c.secret as object), box: 'ab'.repeat(48) }));
    await expect(signers()).rejects.toThrow(failsWith('trust'));
    const other = JSON.parse(readFileSync(b.file, 'utf8')) as Record<string, unknown>;
    writeFileSync(a.file, whole);
    tamper(a.file, (c) => (c.secret = other.secret));
    await expect(signers()).rejects.toThrow(failsWith('trust'));
    writeFileSync(a.file, whole);
    tamper(a.file, (c) => (c.public = b.public));
    await expect(signers()).rejects.toThrow(failsWith('format'));
    writeFileSync(a.file, whole);
    await expect(signers()).resolves.toHaveLength(1);
  });

  it('endless memory: refuses a key file that asks scrypt for more than a gigabyte', async () => {
    const dir = tempDir();
    const { file, keyid } = await ring(dir).create('release', NOW);
    tamper(file, (c) => {
      const secret = c.secret as { kdf: { n: number } };
      secret.kdf.n = 2 ** 30;
    });
    const role = { keyids: [keyid], threshold: 1 };
    await expect(ring(dir).signers('release', role)).rejects.toThrow(failsWith('format'));
  });

  it('asks for the passphrase once, and not at all for keys that came whole', async () => {
    const dir = tempDir();
    const seed = new Uint8Array(32).fill(3);
    let asked = 0;
    const keyring = new Keyring({
      dir,
      sealer: () => Promise.resolve((asked++, new Sealer('a', COST))),
      seeds: [seed],
    });
    const role = { keyids: [signerOf(seed).keyid], threshold: 1 };
    await keyring.signers('freshness', role);
    expect(asked).toBe(0);
    const made = [await keyring.create('root', NOW), await keyring.create('root', NOW)];
    await keyring.signers('root', { keyids: made.map((key) => key.keyid), threshold: 2 });
    expect(asked).toBe(1);
  });

  it('says how many keys are missing, and gives no more signers than are needed', async () => {
    const dir = tempDir();
    const keyring = ring(dir);
    const a = await keyring.create('root', NOW);
    const b = await keyring.create('root', NOW);
    const keyids = [a.keyid, b.keyid, 'ab'.repeat(32)];
    expect(await keyring.signers('root', { keyids, threshold: 1 })).toHaveLength(1);
    expect(await keyring.signers('root', { keyids, threshold: 2 })).toHaveLength(2);
    await expect(keyring.signers('root', { keyids, threshold: 3 })).rejects.toThrow(/2 of the 3/);
  });

  it('refuses a whole key of another length', () => {
    expect(() => ring(tempDir(), 'a', [new Uint8Array(31)])).toThrow(failsWith('usage'));
  });

  it('passes over other files, and an absent folder has no keys', async () => {
    const dir = tempDir();
    await ring(dir).create('log', NOW);
    writeFileSync(join(dir, 'notes.json'), 'nothing');
    expect(ring(dir).list()).toHaveLength(1);
    expect(readdirSync(dir).sort()).toEqual([
      '.lock',
      expect.stringMatching(/^log-/),
      'notes.json',
    ]);
    expect(ring(join(dir, 'absent')).list()).toEqual([]);
  });
});
