import { createPrivateKey, sign } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import {
  acceptFreshness,
  acceptManifest,
  assertPinnable,
  keyId,
  openFreshness,
  openManifest,
  openRoot,
  parseEnvelope,
  pinRoot,
  sealEnvelope,
  sealManifest,
  sha256,
  type Signer,
  verifyChunk,
  verifyNextRoot,
} from '../../src/shared/release/index.js';
import { FRESHNESS_TYPE } from '../../src/shared/release/freshness.js';
import { ROOT_TYPE } from '../../src/shared/release/root.js';
import { STATEMENT_PAYLOAD_TYPE } from '../../src/shared/release/statement.js';
import { parseSafetensors, serializeSafetensors } from '../../src/shared/format/safetensors.js';
import { modelFiles, NOW, rootDocument, signer, World } from '../../test/fixtures/world.js';

/** Something that reads bytes of strangers. */
export interface Target {
  readonly name: string;
  /** Share of all mutations. */
  readonly share: number;
  /** Honest inputs: each must be accepted as it is. */
  readonly corpus: readonly Uint8Array[];
  /**
   * Reads the bytes. Throws a FedshotError to refuse them; otherwise says why they should have been
   * refused, or undefined if all is well.
   */
  read(bytes: Uint8Array): string | undefined;
}

/** Signs with OpenSSL, a hundred times faster than tweetnacl: a fuzzer signs as often as it reads. */
function fast(name: string): Signer {
  const { keyid, publicKey } = signer(name);
  const seed = Buffer.from(sha256(Buffer.from(name)), 'hex');
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return { keyid, publicKey, sign: (message) => sign(null, message, key) };
}

const world = new World();
world.publish();
const previous = { version: 1, sha256: world.listing.digits!.sha256 };
const manifest = world.publish({ version: 2, previous }, { salt: 1 });
const first = world.trusted;
world.rotate(rootDocument({ log: { signers: [signer('log 2')] } }), [signer('root')]).relist();
const [, second] = world.roots;
const state = { ...pinRoot(first), root: world.trusted };
const { freshness: listed } = acceptFreshness(state, world.list, NOW);
const payloadOf = (bytes: Uint8Array, type: string): Uint8Array =>
  parseEnvelope(bytes, type, 2 ** 20, 'corpus').payload;
const [goodRoot, goodList] = [openRoot(second!), listed];
const unless = (ok: boolean, why: string): string | undefined => (ok ? undefined : why);

/** Bytes as they come over the wire: only what says exactly what was signed may pass. */
const received: Target[] = [
  {
    name: 'root',
    share: 10,
    corpus: [second!],
    read: (bytes) =>
      unless(verifyNextRoot(first, bytes).fingerprint === goodRoot.fingerprint, 'another root'),
  },
  {
    name: 'freshness',
    share: 10,
    corpus: [world.list],
    read: (bytes) => {
      const { freshness } = acceptFreshness(state, bytes, NOW);
      return unless(freshness.digest === goodList.digest, 'another list');
    },
  },
  {
    name: 'manifest',
    share: 10,
    corpus: [manifest],
    read: (bytes) => {
      acceptManifest(state, listed, 'digits', bytes, NOW);
      return unless(Buffer.from(manifest).equals(bytes), 'another manifest');
    },
  },
  {
    name: 'chunk',
    share: 5,
    corpus: Object.values(modelFiles()).slice(0, 1),
    read(bytes) {
      const [good] = this.corpus;
      verifyChunk({ sha256: sha256(good!), size: good!.length }, bytes);
      return unless(Buffer.from(good!).equals(bytes), 'another chunk');
    },
  },
];

/** Payloads that the right key has signed, so that what is behind the signature is reached. */
const signed: Target[] = [
  {
    name: 'signed root',
    share: 5,
    corpus: [payloadOf(second!, ROOT_TYPE)],
    read: (payload) => {
      const { document } = openRoot(sealEnvelope(ROOT_TYPE, payload, [fast('root')]));
      for (const [id, key] of Object.entries(document.keys)) {
        assertPinnable(Buffer.from(key.public, 'hex'));
        if (keyId(Buffer.from(key.public, 'hex')) !== id) return 'a key under another id';
      }
      for (const { keyids, threshold } of Object.values(document.roles))
        if (threshold < 1 || new Set(keyids).size < threshold)
          return 'a threshold that means nothing';
      return unless(says(payload, document), 'something unread');
    },
  },
  {
    name: 'signed freshness',
    share: 5,
    corpus: [payloadOf(world.list, FRESHNESS_TYPE)],
    read: (payload) => {
      const bytes = sealEnvelope(FRESHNESS_TYPE, payload, [fast('freshness')]);
      const { digest, signedBy, ...document } = openFreshness(first, bytes);
      if (digest !== sha256(payload) || signedBy.length !== 1) return 'another digest';
      return unless(says(payload, document), 'something unread');
    },
  },
  {
    name: 'signed manifest',
    share: 10,
    corpus: [payloadOf(manifest, STATEMENT_PAYLOAD_TYPE)],
    read: (payload) => {
      const bytes = sealEnvelope(STATEMENT_PAYLOAD_TYPE, payload, [fast('release')]);
      const release = openManifest(first, bytes);
      for (const { size, chunks } of release.files)
        if (chunks.reduce((sum, chunk) => sum + chunk.size, 0) !== size) return 'unequal sizes';
      // What was read, written again, must be all that was there: nothing can hide in between.
      const again = payloadOf(sealManifest(release, []), STATEMENT_PAYLOAD_TYPE);
      return unless(says(payload, JSON.parse(Buffer.from(again).toString())), 'something unread');
    },
  },
];

const f16 = new Uint8Array([0, 60, 0, 192]);
const safetensors: Target = {
  name: 'safetensors',
  share: 55,
  corpus: [
    ...Object.values(modelFiles()).slice(0, 3),
    serializeSafetensors([]),
    serializeSafetensors([], { format: 'pt' }),
    serializeSafetensors(
      [
        ['a', { dtype: 'I64', shape: [], data: new Uint8Array(8).fill(1) }],
        ['b', { dtype: 'F16', shape: [1, 2], data: f16 }],
        ['c', { dtype: 'U8', shape: [0, 9], data: new Uint8Array(0) }],
      ],
      { note: 'ü' },
    ),
  ],
  read: (bytes) => {
    const tensors = parseSafetensors(bytes);
    let at = tensors.dataStart;
    for (const { begin, end, data } of tensors.values()) {
      if (begin !== at || data.length !== end - begin) return 'a hole or an overlap';
      at = end;
    }
    if (at !== bytes.length) return 'trailing bytes';
    const again = parseSafetensors(serializeSafetensors(tensors, tensors.metadata));
    for (const [name, { dtype, shape, data }] of tensors) {
      const twin = again.get(name);
      if (twin?.dtype !== dtype || !isDeepStrictEqual(twin.shape, shape)) return `${name} differs`;
      if (!Buffer.from(twin.data).equals(data)) return `the bytes of ${name} differ`;
    }
    return unless(again.size === tensors.size, 'another number of tensors');
  },
};

export const targets: readonly Target[] = [...received, ...signed, safetensors];

function says(payload: Uint8Array, document: unknown): boolean {
  return isDeepStrictEqual(JSON.parse(Buffer.from(payload).toString()), document);
}
