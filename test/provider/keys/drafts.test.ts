/** Roots whose keys are not all in one place. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type RootOutcome, signDraft } from '../../../src/provider/keys/root.js';
import { createKey, renewRoot, rotateKeys } from '../../../src/provider/keys/rotate.js';
import { type Keyring, Store } from '../../../src/shared/release/index.js';
import { keyDeskOf, keyDesks, takeAway } from '../../fixtures/key-desk.js';
import { openKeyring } from '../../fixtures/provider.js';
import { failsWith, NOW } from '../../fixtures/world.js';

const setUp = keyDesks();

describe('a draft of a root', () => {
  it('n of m: a draft goes round until enough root keys have signed it', async () => {
    const { dir, store, keyring, change, pull, publish } = await keyDeskOf({
      rootKeys: 3,
      rootThreshold: 2,
    });
    await publish();
    const away = takeAway(dir, keyring, 'root', 'usb');
    const [a, b] = away.list();
    const only = (key: typeof a, where: string): Keyring => {
      const ring = openKeyring(join(dir, where));
      mkdirSync(ring.dir);
      writeFileSync(join(ring.dir, key!.file.slice(away.dir.length + 1)), readFileSync(key!.file));
      return ring;
    };
    const draft = (await renewRoot(change)) as RootOutcome & { state: 'draft' };
    expect(draft).toMatchObject({ state: 'draft', version: 2, missing: 4 });
    expect(new Store(store).newestRoot().version).toBe(1);

    // A person with one key signs where the release and freshness keys are not.
    const first = (await signDraft({
      store,
      now: NOW,
      file: draft.file,
      keyring: only(a, 'usb-a'),
    })) as typeof draft;
    expect(first).toMatchObject({ state: 'draft', missing: 2 });
    const again = { store, now: NOW, file: first.file, keyring: only(a, 'usb-a2') };
    await expect(signDraft(again)).rejects.toThrow(failsWith('trust'));

    // The second at the provider's own machine, where it can be published.
    const key = b!.file.slice(away.dir.length + 1);
    writeFileSync(join(keyring.dir, key), readFileSync(b!.file));
    const done = await signDraft({ ...change, file: first.file });
    expect(done).toMatchObject({ state: 'published', version: 2 });
    await pull();
  });

  it('offline root: signs where no other key is, and is published where the others are', async () => {
    const { dir, store, keyring, change, pull, publish } = setUp();
    await publish();
    const usb = takeAway(dir, keyring, 'root', 'usb');
    type Draft = RootOutcome & { state: 'draft' };

    // Signed from the medium in one go: nothing is lost for want of the keys that are online.
    const renewed = (await renewRoot({ ...change, keyring: usb })) as Draft;
    expect(renewed).toMatchObject({ state: 'draft', version: 2, missing: 0 });
    expect(new Store(store).newestRoot().version).toBe(1);
    expect(await signDraft({ ...change, file: renewed.file })).toMatchObject({ version: 2 });
    await pull();

    // New release key here, signature there, published here, releases signed again.
    const begun = (await rotateKeys({ ...change, role: 'release' })) as Draft;
    expect(begun).toMatchObject({ state: 'draft', version: 3 });
    await expect(signDraft({ ...change, file: begun.file })).rejects.toThrow(failsWith('trust'));
    const signed = (await signDraft({ ...change, keyring: usb, file: begun.file })) as Draft;
    expect(signed).toMatchObject({ state: 'draft', missing: 0 });
    const done = await signDraft({ ...change, file: signed.file });
    expect(done).toMatchObject({
      state: 'published',
      republished: [{ name: 'digits', version: 2 }],
    });
    await expect(pull()).resolves.toMatchObject({ version: 2 });
  });

  it('takes public keys that were made elsewhere', async () => {
    const { dir, change, store, keyring, publish, pull } = setUp();
    await publish();
    const usb = openKeyring(join(dir, 'usb'));
    const [a, b] = [await createKey(usb, 'root', NOW), await createKey(usb, 'root', NOW)];
    const publicKeys = [a.public, b.public];
    const draft = await rotateKeys({ ...change, role: 'root', publicKeys, threshold: 2 });
    expect(draft).toMatchObject({ state: 'draft', missing: 2 });
    const file = (draft as typeof draft & { state: 'draft' }).file;
    for (const key of usb.list())
      writeFileSync(join(keyring.dir, key.file.slice(usb.dir.length + 1)), readFileSync(key.file));
    await signDraft({ ...change, file });
    expect(new Store(store).newestRoot().roles.root).toEqual({
      keyids: [a.keyid, b.keyid],
      threshold: 2,
    });
    await pull();
  });
});
