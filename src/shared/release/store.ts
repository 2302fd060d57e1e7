import { constants, existsSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { asFedshotError, FedshotError } from '../errors.js';
import { readBytes, writeFileAtomic } from '../files.js';
import type { Chunk } from './chunks.js';
import type { Fetcher } from './fetcher.js';
import { sha256 } from './fields.js';
import { type Freshness, openFreshness } from './freshness.js';
import { MAX_ROOT_BYTES } from './limits.js';
import type { Release } from './manifest.js';
import { openRoot, type Root, verifyNextRoot } from './root.js';

/** A store's folder: where its files lie, and the same files as an untrusted source. */
export class Store implements Fetcher {
  constructor(readonly dir: string) {}

  readonly trustPath = (): string => join(this.dir, 'trust.json');
  readonly rootPath = (version: number): string =>
    join(this.dir, 'metadata', 'root', `${version}.json`);
  /** A root that is signed, and whose change of the store is not whole yet. */
  readonly stagedPath = (): string => join(this.dir, 'metadata', 'next-root.json');
  readonly freshnessPath = (): string => join(this.dir, 'metadata', 'freshness.json');
  readonly manifestPath = (name: string, version: number): string =>
    join(this.dir, 'metadata', 'releases', name, `${version}.json`);
  readonly objectPath = (sha256: string): string =>
    join(this.dir, 'objects', sha256.slice(0, 2), sha256);

  async root(version: number, maxBytes: number): Promise<Uint8Array | undefined> {
    const path = this.rootPath(version);
    return existsSync(path) ? readLimited(path, maxBytes) : undefined;
  }

  async freshness(maxBytes: number): Promise<Uint8Array> {
    return readLimited(this.freshnessPath(), maxBytes);
  }

  async manifest(name: string, version: number, maxBytes: number): Promise<Uint8Array> {
    return readLimited(this.manifestPath(name, version), maxBytes);
  }

  async *chunks(release: Release, indices: readonly number[]): AsyncIterable<Uint8Array> {
    for (const index of indices) {
      const { sha256, size } = release.chunks[index]!;
      yield readLimited(this.objectPath(sha256), size);
    }
  }

  /**
   * The provider's own newest root, found as a client finds it: what somebody else puts into the
   * store is not taken for it.
   *
   * @throws FedshotError `not-found` in a folder without one, `signature`, `format`
   */
  newestRoot(): Root {
    return this.roots().at(-1)!;
  }

  /** All of the provider's own roots, oldest first, each vouched for by the one before. Throws as {@link newestRoot}. */
  roots(): Root[] {
    if (!existsSync(this.rootPath(1)))
      throw new FedshotError('not-found', `${this.dir} is not a store: it has no root`, {
        hint: `make one first: fedshot provider init --store ${this.dir}`,
      });
    let root = openRoot(readBytes(this.rootPath(1)), this.rootPath(1));
    const roots = [root];
    for (let next; existsSync((next = this.rootPath(root.version + 1)));)
      roots.push((root = verifyNextRoot(root, readBytes(next))));
    return roots;
  }

  /** The provider's own freshness statement, or undefined before the first. */
  currentFreshness(root: Root): Freshness | undefined {
    const path = this.freshnessPath();
    return existsSync(path) ? openFreshness(root, readBytes(path)) : undefined;
  }

  /** Publishes a root: its own file, then what sites pin. */
  writeRoot(version: number, envelope: Uint8Array): void {
    writeFileAtomic(this.rootPath(version), envelope);
    writeFileAtomic(this.trustPath(), envelope);
  }

  /** Keeps the root of a change before anything is signed with its keys; {@link unstageRoot} ends it. */
  stageRoot(envelope: Uint8Array): void {
    writeFileAtomic(this.stagedPath(), envelope);
  }

  /** Last of all: until then, running the same change again finishes it and does not begin another. */
  unstageRoot(): void {
    rmSync(this.stagedPath(), { force: true });
  }

  /**
   * The root of a change that was interrupted: the one after `newest`, or `newest` itself where it is
   * public and the rest may be missing. Undefined without one: what `newest` does not vouch for is none.
   *
   * @throws FedshotError `io` when it cannot be read
   */
  stagedRoot(newest: Root): Root | undefined {
    if (!existsSync(this.stagedPath())) return undefined;
    try {
      const bytes = readBytes(this.stagedPath(), MAX_ROOT_BYTES);
      return bytes.equals(newest.envelope) ? newest : verifyNextRoot(newest, bytes);
    } catch (error) {
      if (error instanceof FedshotError && error.code !== 'io') return undefined;
      throw error;
    }
  }

  /** Whether a chunk is there, bit for bit. @throws FedshotError `io` */
  holdsObject({ sha256: digest, size }: Chunk): boolean {
    const path = this.objectPath(digest);
    return (
      statSync(path, { throwIfNoEntry: false })?.size === size && sha256(readBytes(path)) === digest
    );
  }

  /** Writes a chunk unless it is there, in place of what is damaged; says whether it was not. */
  writeObject(chunk: Chunk, bytes: Uint8Array): boolean {
    if (this.holdsObject(chunk)) return false;
    writeFileAtomic(this.objectPath(chunk.sha256), bytes);
    return true;
  }
}

/** Reads at most `maxBytes`, and says so when there is more. */
async function readLimited(path: string, maxBytes: number): Promise<Uint8Array> {
  // Without O_NONBLOCK the opening of a pipe waits for somebody to write into it.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(
    (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT')
        throw new FedshotError('not-found', `no such file: ${path}`, { cause: error });
      throw asFedshotError(error, 'io', `cannot read ${path}`);
    },
  );
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw new FedshotError('io', `${path}: not a regular file`);
    if (stat.size > maxBytes)
      throw new FedshotError('limit', `${path}: more than ${maxBytes} bytes`);
    return await file.readFile();
  } catch (error) {
    throw asFedshotError(error, 'io', `cannot read ${path}`);
  } finally {
    await file.close();
  }
}
