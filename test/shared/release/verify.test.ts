import { describe, expect, it } from 'vitest';
import {
  type Freshness,
  MAX_FRESHNESS_BYTES,
  MAX_ROOT_BYTES,
  MAX_VERSION,
  sha256,
  verifyChunk,
} from '../../../src/shared/release/index.js';
import {
  days,
  failsWith,
  modelFiles,
  NOW,
  rootDocument,
  signer,
  World,
} from '../../fixtures/world.js';
import { Client, setUp } from '../../fixtures/client.js';
import { flip } from '../../fixtures/flip.js';

describe('verifyRelease', () => {
  it('accepts what an honest provider publishes, again and again', async () => {
    const { world, client } = setUp();
    const release = await client.pull();
    expect(release).toMatchObject({
      name: 'digits',
      version: 1,
      digest: world.listing.digits!.sha256,
    });
    expect(release.files.map((file) => file.path)).toHaveLength(4);
    expect(await client.pull()).toEqual(release);
    world.relist();
    expect(await client.pull()).toEqual(release);
  });

  it('rollback: refuses an older list than it has seen', async () => {
    const { world, client } = setUp();
    const old = world.list;
    world.relist();
    await client.pull();
    world.list = old;
    await client.refuses('rollback');
    await expect(new Client(world).pull()).resolves.toMatchObject({ version: 1 });
  });

  it('rollback: refuses a list that is new and names an older release than it has seen', async () => {
    const { world, client } = setUp();
    const first = world.listing.digits!;
    const previous = { version: 1, sha256: first.sha256 };
    world.publish({ version: 2, previous }, { salt: 1 });
    await client.pull();
    const second = world.listing.digits!;
    world.relist({ releases: { digits: first } });
    await client.refuses('rollback');
    world.relist({ releases: { digits: second } });
    await expect(client.pull()).resolves.toMatchObject({ version: 2 });
  });

  it('equivocation: refuses another content under a version that it has seen', async () => {
    const { world, client } = setUp();
    await client.pull();
    world.publish({}, { salt: 2 });
    await client.refuses('rollback');
    await expect(new Client(world).pull()).resolves.toMatchObject({ version: 1 });
  });

  it('equivocation: refuses another list under a version that it has seen', async () => {
    const { world, client } = setUp();
    world.relist({ version: 9 });
    await client.pull();
    world.relist({ version: 9, releases: {} });
    await client.refuses('rollback');
  });

  it('freeze: refuses a list past its expiry', async () => {
    const { client } = setUp();
    client.now = new Date(days(7).getTime() - 1000);
    await client.pull();
    client.now = days(7);
    await client.refuses('expired');
  });

  it('freeze: refuses a root and a release past their expiry', async () => {
    const { world, client } = setUp();
    const expires = '2027-11-23T12:00:00Z';
    world.relist({ expires: '2029-01-01T00:00:00Z' });
    client.now = new Date(Date.parse(expires) - 1000);
    await client.pull();
    client.now = new Date(expires);
    await client.refuses('expired');
    world.rotate(rootDocument({}, { expires: '2029-01-01T00:00:00Z' }), [signer('root')]);
    await expect(client.pull()).rejects.toThrow(/manifest of digits 1 expired/);
  });

  it('freeze by the clock: refuses what was signed after now', async () => {
    const { client } = setUp();
    client.now = days(-1);
    await client.refuses('expired');
    client.now = new Date(NOW.getTime() - 60_000);
    await client.pull();
  });

  it('freeze of the root: refuses a list that knows a newer root than the source shows', async () => {
    const { world, client } = setUp();
    world.rotate(rootDocument(), [signer('root')]).relist();
    const [root2] = world.roots.splice(1);
    await client.refuses('rollback');
    world.roots.push(root2!);
    await client.pull();
    expect(client.state.root.version).toBe(2);
  });

  it('mix-and-match: refuses a manifest of another time than the list', async () => {
    const { world, client } = setUp();
    const old = world.manifests.get('digits 1')!;
    const previous = { version: 1, sha256: sha256(old) };
    world.publish({ version: 2, previous }, { salt: 1 });
    const honest = world.manifests.get('digits 2')!;
    world.manifests.set('digits 2', old);
    await client.refuses('digest');
    world.manifests.set('digits 2', honest);
    await client.pull();
  });

  it('wrong name: refuses a signed release of another name', async () => {
    const { world, client } = setUp();
    world.publish({ name: 'letters' }, { listedAs: 'numbers' });
    await client.refuses('trust', 'numbers');
    world.publish({ name: 'letters' });
    await expect(client.pull('letters')).resolves.toMatchObject({ name: 'letters' });
  });

  it('wrong version: refuses a signed release that is listed under another version', async () => {
    const { world, client } = setUp();
    const bytes = world.manifests.get('digits 1')!;
    world.manifests.set('digits 5', bytes);
    const entry = { version: 5, sha256: sha256(bytes), size: bytes.length };
    world.relist({ releases: { digits: entry } });
    await client.refuses('trust');
  });

  it('a name that is not listed is not found, whatever objects have by that name', async () => {
    const { client } = setUp();
    await client.refuses('not-found', 'letters');
    await client.refuses('not-found', 'constructor');
    await client.refuses('not-found', '__proto__');
  });

  it('a release may be called constructor', async () => {
    const { world, client } = setUp();
    world.publish({ name: 'constructor' });
    await client.pull('constructor');
    await expect(client.pull('constructor')).resolves.toMatchObject({ name: 'constructor' });
  });

  it('endless data: tells the source where to stop, and refuses more', async () => {
    const { world, client } = setUp();
    const manifest = world.manifests.get('digits 1')!;
    await client.pull();
    expect(world.limits).toEqual({
      root: MAX_ROOT_BYTES,
      freshness: MAX_FRESHNESS_BYTES,
      manifest: manifest.length,
    });
    world.manifests.set('digits 1', Buffer.concat([manifest, Buffer.from(' ')]));
    await client.refuses('limit');
    world.manifests.set('digits 1', manifest);
    const { list } = world;
    world.list = Buffer.alloc(MAX_FRESHNESS_BYTES + 1, ' ');
    await client.refuses('limit');
    world.list = list;
    world.roots.push(Buffer.alloc(MAX_ROOT_BYTES + 1, ' '));
    await client.refuses('limit');
    world.roots.pop();
    await client.pull();
  });

  it('fast-forward recovery: a revoked key takes the versions along that it alone vouched for', async () => {
    const { world, client } = setUp();
    await client.pull();
    const honest = world.listing.digits!;
    // A thief has the release and freshness keys, and makes the site see the last version there is.
    const previous = { version: MAX_VERSION - 1, sha256: honest.sha256 };
    world.publish({ version: MAX_VERSION, previous }, { salt: 3 });
    world.relist({ version: 2 ** 52 });
    await client.pull();

    // With the same keys there is no way back …
    const next = { version: 2, previous: { version: 1, sha256: honest.sha256 } };
    world.publish(next, { salt: 4 });
    world.relist({ version: 50 });
    await client.refuses('rollback');

    // … with new keys there is.
    const keys = { release: signer('release 2'), freshness: signer('freshness 2') };
    const document = rootDocument({
      release: { signers: [keys.release] },
      freshness: { signers: [keys.freshness] },
    });
    world.rotate(document, [signer('root')]);
    world.publish(next, { signers: [keys.release], salt: 4 });
    world.relist({ version: 51 }, [keys.freshness]);
    await expect(client.pull()).resolves.toMatchObject({ version: 2 });
  });

  it('rollback after a rotation: what a key that stays has vouched for is remembered', async () => {
    const stays = [signer('release'), signer('release b')];
    const both = rootDocument({ release: { signers: stays } });
    const world = new World(both);
    const client = new Client(world);
    world.publish({}, { signers: stays });
    const first = world.listing.digits!;
    const previous = { version: 1, sha256: first.sha256 };
    world.publish({ version: 2, previous }, { signers: [stays[1]!], salt: 1 });
    await client.pull();
    const replaced = rootDocument({ release: { signers: [signer('release c'), stays[1]!] } });
    world.rotate(replaced, [signer('root')]);
    world.relist({ releases: { digits: first } });
    await client.refuses('rollback');
  });

  it('keeps what it trusts as soon as it does, also when a later step fails', async () => {
    const { world, client } = setUp();
    world.rotate(rootDocument(), [signer('root')]).relist({ version: 40 });
    world.manifests.clear();
    world.manifests.set('digits 1', Buffer.from('{}'));
    await client.refuses('digest');
    expect(client.state.root.version).toBe(2);
    const seen: Freshness['version'][] = Object.values(client.state.freshness).map(
      (s) => s.version,
    );
    expect(seen).toEqual([40]);
    expect(client.state.releases).toEqual({});
  });
});

describe('verifyChunk', () => {
  const bytes = modelFiles()['F.safetensors'];
  const chunk = { sha256: sha256(bytes), size: bytes.length };

  it('accepts the bytes that were signed', () => {
    expect(() => verifyChunk(chunk, bytes)).not.toThrow();
  });

  it.each([
    ['flipped bit', flip(bytes, 100), 'digest'],
    ['trailing byte', new Uint8Array([...bytes, 0]), 'limit'],
    ['missing byte', bytes.subarray(1), 'digest'],
    ['no bytes', new Uint8Array(0), 'digest'],
    ['another chunk of that size', new Uint8Array(bytes.length), 'digest'],
  ])('%s: refuses it', (_, received, code) => {
    expect(() => verifyChunk(chunk, received)).toThrow(failsWith(code));
  });
});
