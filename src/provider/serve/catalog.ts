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
} from '../../shared/release/index.js';
import { Store } from '../../shared/release/store.js';
import { chunkHead } from '../../shared/rpc/index.js';

const readInto = promisify(read);

interface Cached<T> {
  readonly stamp: string;
  readonly value: T;
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
  readonly #byDigest = new Map<string, Release>();

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
    this.#byDigest.clear();
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
      if (value) {
        this.#manifests.set(path, entry); // what is not there is not remembered: names are ours, versions a peer's
        this.#byDigest.set(value.digest, value);
      }
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
    if (!this.#byDigest.has(digest)) await this.#scan();
    const release = this.#byDigest.get(digest);
    const { statement } = await this.freshness();
    if (!release || !Object.hasOwn(statement.releases, release.name))
      throw new FedshotError('not-found', 'no such release');
    return release;
  }

  async #scan(): Promise<void> {
    const { statement } = await this.freshness();
    for (const name of Object.keys(statement.releases)) {
      const files = await readdir(dirname(this.#store.manifestPath(name, 1))).catch(() => []);
      for (const file of files) {
        const version = Number(/^(\d+)\.json$/.exec(file)?.[1] ?? NaN);
        // One manifest that no longer verifies must not keep the others from being served.
        if (version > 0) await this.manifest(name, version).catch(() => undefined);
      }
    }
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
