import { describe, expect, it } from 'vitest';
import {
  type Freshness,
  MAX_FRESHNESS_BYTES,
  MAX_ROOT_BYTES,
  MAX_VERSION,
  openRoot,
  pinRoot,
  sha256,
  type TrustState,
  verifyChunk,
  verifyRelease,
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

/** A client that keeps what it is told to keep, as a site does. */
class Client {
  state: TrustState;
  now = NOW;

  constructor(readonly world: World) {
    this.state = pinRoot(openRoot(world.roots[0]!));
  }

  async pull(name = 'digits') {
    const save = (state: TrustState): void => void (this.state = state);
    const { release } = await verifyRelease(this.world, this.state, name, { now: this.now, save });
    return release;
  }

  async refuses(code: string, name?: string): Promise<void> {
    await expect(this.pull(name)).rejects.toThrow(failsWith(code));
  }
}

const setUp = (): { world: World; client: Client } => {
  const world = new World();
  world.publish();
  return { world, client: new Client(world) };
};
const flip = (bytes: Uint8Array, at: number): Uint8Array => {
  const copy = new Uint8Array(bytes);
  copy[at]! ^= 1;
  return copy;
};
/** The envelope with its first signature's bit `bit` flipped. */
const flipSignature = (bytes: Uint8Array, bit: number): Uint8Array => {
  const envelope = JSON.parse(Buffer.from(bytes).toString()) as {
    signatures: { sig: string }[];
  };
  const sig = Buffer.from(envelope.signatures[0]!.sig, 'base64');
  sig[bit >> 3]! ^= 1 << (bit & 7);
  envelope.signatures[0]!.sig = sig.toString('base64');
  return Buffer.from(JSON.stringify(envelope));
};

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

  describe('keys and signatures', () => {
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
