import { closeSync, fstatSync, openSync, read } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { asFedshotError, FedshotError } from '../../shared/errors.js';
import {
  type Chunk,
  type Freshness,
  openFreshness,
  openManifest,
  type Release,
  type Root,
  sha256,
} from '../../shared/release/index.js';
import { Store } from '../../shared/release/store.js';
import { chunkHead } from '../../shared/rpc/index.js';

const readInto = promisify(read);
/** Least time between two searches for an unknown digest. */
const INDEX_MS = 10_000;

interface Cached<T> {
  readonly stamp: string;
  readonly value: T;
}

interface Place {
  readonly name: string;
  readonly version: number;
}

/** The bytes of a file, or undefined when there is none. */
async function readMaybe(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw asFedshotError(error, 'io', `cannot read ${path}`);
  }
}

/** Changes whenever the file does, and is empty when there is none. */
async function stampOf(path: string): Promise<string> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found ? `${found.ino}:${found.mtimeNs}:${found.size}` : '';
}

/**
 * What a store has on offer: the names on its freshness statement, the manifests that verify under
 * its newest root, and the chunks that those name. Nothing else in the folder can be had through it,
 * and no name from the network becomes a path before it was found on the list.
 */
export class Catalog {
  readonly #store: Store;
  #root: Cached<Root> | undefined;
  #freshness: Cached<{ bytes: Buffer; statement: Freshness }> | undefined;
  readonly #manifests = new Map<string, Cached<Release | undefined>>();
  /** Where each manifest lies that is there, by the digest of its file, whatever is in it. */
  #index: Cached<Promise<ReadonlyMap<string, Place>>> | undefined;
  #indexedAt = -Infinity;
  /** By path, what a file was hashed to when it looked like this. */
  #hashed = new Map<string, Cached<string>>();

  constructor(store: string) {
    this.#store = new Store(store);
  }

  /** The envelope of a root. */
  root(version: number): Promise<Buffer | undefined> {
    return readMaybe(this.#store.rootPath(version));
  }

  /** @throws FedshotError `not-found` when there is no root at all, else what is wrong with it */
  async newestRoot(): Promise<Root> {
    const stamp = await stampOf(dirname(this.#store.rootPath(1)));
    if (this.#root?.stamp === stamp) return this.#root.value;
    this.#root = { stamp, value: this.#store.newestRoot() };
    this.#manifests.clear(); // another root may not vouch for them
    return this.#root.value;
  }

  /** @throws FedshotError `not-found` when nothing is published, else what is wrong with it */
  async freshness(): Promise<{ bytes: Buffer; statement: Freshness }> {
    const root = await this.newestRoot();
    const path = this.#store.freshnessPath();
    const stamp = `${root.fingerprint} ${await stampOf(path)}`;
    if (this.#freshness?.stamp === stamp) return this.#freshness.value;
    const bytes = await readMaybe(path);
    if (!bytes) throw new FedshotError('not-found', `no such file: ${path}`);
    this.#freshness = { stamp, value: { bytes, statement: openFreshness(root, bytes) } };
    return this.#freshness.value;
  }

  /** @throws FedshotError `not-found` for a name that is not on the list, or has no such version */
  async manifest(name: string, version: number): Promise<Release> {
    const { statement } = await this.freshness();
    if (!Object.hasOwn(statement.releases, name))
      throw new FedshotError('not-found', 'not on the list');
    const path = this.#store.manifestPath(name, version);
    const stamp = await stampOf(path);
    let entry = this.#manifests.get(path);
    if (entry?.stamp !== stamp) {
      const bytes = await readMaybe(path);
      const value = bytes && openManifest(await this.newestRoot(), bytes);
      entry = { stamp, value };
      // What is not there is not remembered: names are ours, versions a peer's.
      if (value) this.#manifests.set(path, entry);
    }
    if (!entry.value) throw new FedshotError('not-found', `no version ${version} of ${name}`);
    return entry.value;
  }

  /**
   * The release whose manifest has this digest: any version of a name on the list, so that a pull goes
   * on when a newer version appears in the middle of it.
   *
   * @throws FedshotError `not-found`
   */
  async release(digest: string): Promise<Release> {
    const { statement } = await this.freshness();
    const place = (await this.#places(false)).get(digest) ?? (await this.#places(true)).get(digest);
    if (!place || !Object.hasOwn(statement.releases, place.name))
      throw new FedshotError('not-found', 'no such release');
    const release = await this.manifest(place.name, place.version);
    if (release.digest !== digest) throw new FedshotError('not-found', 'no such release any more');
    return release;
  }

  /**
   * Every manifest of a name on the list by its digest, made anew when the list changes, which every
   * publication does. Calls that ask meanwhile share one search: an unknown digest must not cost more
   * than a known one.
   *
   * @param again also where the list is the same, now and then: a file may have been restored
   */
  async #places(again: boolean): Promise<ReadonlyMap<string, Place>> {
    const { statement } = await this.freshness();
    const stamp = statement.digest;
    const isOld = again && performance.now() - this.#indexedAt > INDEX_MS;
    if (this.#index?.stamp === stamp && !isOld) return this.#index.value;
    const value = this.#scan(Object.keys(statement.releases));
    this.#index = { stamp, value };
    this.#indexedAt = performance.now();
    value.catch(() => (this.#index = undefined));
    return value;
  }

  async #scan(names: readonly string[]): Promise<ReadonlyMap<string, Place>> {
    const places = new Map<string, Place>();
    const hashed = new Map<string, Cached<string>>();
    for (const name of names) {
      const files = await readdir(dirname(this.#store.manifestPath(name, 1))).catch(() => []);
      for (const file of files) {
        const version = Number(/^([1-9]\d{0,6})\.json$/.exec(file)?.[1] ?? NaN);
        if (Number.isNaN(version)) continue;
        const path = this.#store.manifestPath(name, version);
        // One that cannot be read must not keep the others from being served.
        const entry = await this.#digestOf(path).catch(() => undefined);
        if (!entry) continue;
        hashed.set(path, entry);
        places.set(entry.value, { name, version });
      }
    }
    this.#hashed = hashed;
    return places;
  }

  /** What a release goes by is its manifest's file: to know it the signatures need not be verified. */
  async #digestOf(path: string): Promise<Cached<string> | undefined> {
    const stamp = await stampOf(path);
    const known = this.#hashed.get(path);
    if (known?.stamp === stamp) return known;
    const bytes = await readMaybe(path);
    return bytes && { stamp, value: sha256(bytes) };
  }

  /**
   * A chunk's whole message, read straight behind its head. Only the reading itself waits for another
   * thread: four ways there and back cost as much processor time as encrypting the chunk.
   *
   * @throws FedshotError `io` when the object is missing or not of its size
   */
  async chunkMessage({ sha256, size }: Chunk): Promise<Buffer> {
    const path = this.#store.objectPath(sha256);
    const head = chunkHead(size);
    const message = Buffer.allocUnsafeSlow(head.length + size);
    head.copy(message);
    try {
      const file = openSync(path, 'r');
      try {
        const actual = fstatSync(file).size;
        const { bytesRead } = await readInto(file, message, head.length, size, 0);
        if (bytesRead !== size || actual !== size) throw new Error(`${actual} bytes, not ${size}`);
      } finally {
        closeSync(file);
      }
    } catch (error) {
      throw asFedshotError(error, 'io', `cannot read ${path}`);
    }
    return message;
  }
}
