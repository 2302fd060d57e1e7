import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/shared/release/index.js';
import { Client, setUp } from '../../fixtures/client.js';
import { flip, flipSignature } from '../../fixtures/flip.js';
import { rootDocument, signer, World } from '../../fixtures/world.js';

describe('verifyRelease: keys and signatures', () => {
  it('unknown key: refuses a stranger’s signature, and passes over it beside a good one', async () => {
    const { world, client } = setUp();
    world.publish({}, { signers: [signer('stranger')] });
    await client.refuses('signature');
    world.publish({}, { signers: [signer('stranger'), signer('release')] });
    await client.pull();
  });

  it('key of another role: refuses a manifest signed for freshness, a list signed for release', async () => {
    const { world, client } = setUp();
    world.publish({}, { signers: [signer('freshness')] });
    await client.refuses('signature');
    world.relist({}, [signer('release')]);
    await client.refuses('signature');
    world.relist({}, [signer('root')]);
    await client.refuses('signature');
    world.publish();
    await client.pull();
  });

  it('duplicate signature: one key that signs twice counts once', async () => {
    const [a, b] = [signer('release a'), signer('release b')];
    const world = new World(rootDocument({ release: { signers: [a, b], threshold: 2 } }));
    const client = new Client(world);
    world.publish({}, { signers: [a, a] });
    await client.refuses('signature');
    world.publish({}, { signers: [a, b] });
    await client.pull();
  });

  it('type confusion: refuses a signed list in place of a manifest, a root in place of a list', async () => {
    const { world, client } = setUp();
    const { list } = world;
    const entry = { version: 1, sha256: sha256(list), size: list.length };
    world.manifests.set('digits 1', list);
    world.relist({ releases: { digits: entry } });
    await client.refuses('format');
    world.list = world.roots[0]!;
    await client.refuses('format');
  });

  it('flipped bit: refuses any in the signature of list and manifest', async () => {
    const { world, client } = setUp();
    const honest = { list: world.list, manifest: world.manifests.get('digits 1')! };
    for (const bit of [0, 7, 255, 256, 400, 511]) {
      world.list = flipSignature(honest.list, bit);
      await client.refuses('signature');
      world.list = honest.list;
      world.manifests.set('digits 1', flipSignature(honest.manifest, bit));
      await client.refuses('digest');
      world.manifests.set('digits 1', honest.manifest);
    }
    await client.pull();
  });

  it('flipped bit: refuses a listed manifest whose own signature is bad', async () => {
    const { world, client } = setUp();
    const bytes = flipSignature(world.manifests.get('digits 1')!, 9);
    world.manifests.set('digits 1', bytes);
    const entry = { version: 1, sha256: sha256(bytes), size: bytes.length };
    world.relist({ releases: { digits: entry } });
    await client.refuses('signature');
  });

  it('flipped bit: refuses any byte of list and manifest', async () => {
    const { world, client } = setUp();
    const honest = { list: world.list, manifest: world.manifests.get('digits 1')! };
    for (let at = 0; at < honest.list.length; at += 29) {
      world.list = flip(honest.list, at);
      await expect(client.pull()).rejects.toThrow(/freshness statement/);
    }
    world.list = honest.list;
    for (let at = 0; at < honest.manifest.length; at += 97) {
      world.manifests.set('digits 1', flip(honest.manifest, at));
      await client.refuses('digest');
    }
  });
});
