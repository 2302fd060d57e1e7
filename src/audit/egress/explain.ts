import { createHash } from 'node:crypto';
import { readBytes } from '../../shared/files.js';
import { present } from '../../shared/present.js';
import { join } from 'node:path';
import { keptPath, type Leaf, type AuditedLog } from '../../shared/log/index.js';
import { MAX_FRESHNESS_BYTES, openFreshness } from '../../shared/release/index.js';
import { HEALTH_STATES, healthAnswer, reflectionAnswers } from '../../shared/rpc/standard.js';
import { decodeUnary, encodeChunk, encodeUnary } from './messages.js';
import type { PublicStore } from '../release/store.js';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** All answers of the health and reflection services: fixed by the schema, and computed here again. */
function standardAnswers(): Set<string> {
  const entry = (method: string) => (message: Buffer) =>
    `${method} ${sha256(message)} ${message.length}`;
  return new Set([
    ...HEALTH_STATES.map(healthAnswer).map(entry('Health')),
    ...[...reflectionAnswers().values()].map(entry('Reflection')),
  ]);
}

/** A statement, and the field that it is sent in. */
const MOST_STATEMENT = MAX_FRESHNESS_BYTES + 16;

/** A hash, and a leaf, as a field of a message: tag and length before them. */
const HASH = 2 + 32;
const LEAF = 3 + 128;

/** The most hashes that a way through a tree of so many leaves has. */
const hashesAt = (size: number): number => Math.ceil(Math.log2(Math.max(1, size)));

/** How long the note over a tree of at most so many leaves can be: all but the size is fixed. */
function noteSizes(origin: string, most: number): number[] {
  const digits = Array.from({ length: String(most).length }, (_, i) => i + 1);
  return digits.map((width) => {
    const body = `${origin}\n${'0'.repeat(width)}\n${'x'.repeat(44)}\n`;
    const note = Buffer.byteLength(`${body}\n— ${origin} ${'x'.repeat(92)}\n`);
    return note + (note < 128 ? 2 : 3);
  });
}

/** Digest and size of a leaf's response, as the artefacts are known by. */
const saidBy = ({ response, bytes }: Leaf): string => `${response ?? ''} ${bytes}`;

/**
 * Finds for each leaf the signed artefact that its message was: chunk, manifest, root or freshness
 * statement; a statement of the log about itself; or a fixed answer of a standard service.
 */
export class Explainer {
  readonly #chunks = new Map<string, string>();
  readonly #known = new Map<string, string>();
  readonly #kept = new Map<string, boolean>();
  readonly #standard = standardAnswers();

  constructor(
    readonly store: PublicStore,
    readonly log: Pick<AuditedLog, 'tree' | 'checkpoint'>,
    readonly logDir: string,
  ) {
    for (const root of store.roots)
      this.#add('GetRoot', root.version, encodeUnary('GetRoot', { envelope: root.envelope }));
    for (const release of store.releases)
      this.#add(
        'GetManifest',
        release.version,
        encodeUnary('GetManifest', { envelope: release.envelope }),
        release.digest,
      );
  }

  #add(method: string, index: number, message: Buffer, release = ''): void {
    this.#known.set([method, index, release].join(' '), `${sha256(message)} ${message.length}`);
  }

  /** Undefined for a message that is explained, else what is wrong with it. */
  fault(leaf: Leaf): string | undefined {
    if (leaf.status !== 0) return undefined;
    switch (leaf.method) {
      case 'GetRoot':
      case 'GetManifest': {
        const key = [leaf.method, leaf.index ?? '', leaf.release ?? ''].join(' ');
        return this.#known.get(key) === saidBy(leaf)
          ? undefined
          : 'not a signed root or manifest of the store';
      }
      case 'GetChunks':
        return this.#chunkFault(leaf);
      case 'GetFreshness':
        return this.#freshnessFault(leaf);
      case 'GetCheckpoint':
        return noteSizes(this.log.checkpoint.origin, leaf.sequence).includes(leaf.bytes)
          ? undefined
          : 'not the size of a checkpoint';
      case 'GetConsistency':
        return leaf.bytes % HASH === 0 && leaf.bytes <= HASH * (hashesAt(leaf.sequence) + 1)
          ? undefined
          : 'not the size of a consistency proof';
      case 'GetInclusion': {
        const hashes = (leaf.bytes - LEAF) / HASH;
        return Number.isInteger(hashes) && hashes >= 0 && hashes <= hashesAt(leaf.sequence)
          ? undefined
          : 'not the size of an inclusion proof';
      }
      case 'Health':
      case 'Reflection':
        return this.#standard.has(`${leaf.method} ${saidBy(leaf)}`)
          ? undefined
          : 'not an answer that this service has';
      default:
        return 'of a service whose answers are not part of a release';
    }
  }

  #chunkFault(leaf: Leaf): string | undefined {
    const release = this.store.releases.find(({ digest }) => digest === leaf.release);
    if (!release) return `of a release that is not in the store: ${leaf.release ?? 'none'}`;
    const chunk = release.chunks[leaf.index ?? -1];
    if (!chunk) return `chunk ${leaf.index ?? '?'} is not in ${release.name} ${release.version}`;
    let expected = this.#chunks.get(chunk.sha256);
    if (expected === undefined) {
      const bytes = this.store.object(chunk.sha256);
      if (!bytes) return `chunk ${chunk.sha256.slice(0, 16)} is not in the store`;
      const message = encodeChunk(bytes);
      expected = `${sha256(message)} ${message.length}`;
      this.#chunks.set(chunk.sha256, expected);
    }
    if (expected === saidBy(leaf)) return undefined;
    const size = Number(expected.split(' ')[1]);
    const what = `chunk ${leaf.index ?? '?'} of ${release.name} ${release.version}`;
    return leaf.bytes === size
      ? `not the bytes of ${what}`
      : `${leaf.bytes} bytes were sent where ${what} has ${size}`;
  }

  /** Replaced statements are kept with the log; each has to be signed, and to be what was sent. */
  #freshnessFault(leaf: Leaf): string | undefined {
    const digest = present(leaf.response, 'the digest of a response');
    let good = this.#kept.get(digest);
    if (good === undefined) {
      const path = join(this.logDir, keptPath(digest));
      good = this.#isFreshness(path, digest);
      this.#kept.set(digest, good);
    }
    return good ? undefined : 'not a signed freshness statement that was kept';
  }

  #isFreshness(path: string, digest: string): boolean {
    let message: Buffer;
    let envelope: Uint8Array;
    try {
      message = readBytes(path, MOST_STATEMENT);
      envelope = decodeUnary('GetFreshness', message);
    } catch {
      return false; // not there, or nothing that was ever sent
    }
    if (sha256(message) !== digest) return false;
    return this.store.roots.some((root) => {
      try {
        openFreshness(root, envelope);
        return encodeUnary('GetFreshness', { envelope }).equals(message);
      } catch {
        return false;
      }
    });
  }
}
