import { join } from 'node:path';
import { FedshotError } from '../../shared/errors.js';
import { entriesOf } from '../../shared/evidence/index.js';
import { readBytes } from '../../shared/files.js';
import { sha256 } from '../../shared/release/index.js';
import { knownAs, type Known } from './known.js';

/** A file of the home. */
export interface HomeFile extends Known {
  readonly path: string;
  readonly size: number;
}

/** What is in a home, each file read once: what is compared is what is handed over. */
export class Home {
  readonly files: readonly HomeFile[];
  readonly unknown: readonly { path: string; size: number }[];
  readonly #digests = new Map<string, string>();
  readonly #kept = new Map<string, Buffer>();

  /** @throws FedshotError `io` */
  constructor(readonly dir: string) {
    const [files, unknown]: [HomeFile[], { path: string; size: number }[]] = [[], []];
    for (const { path, size, kind } of entriesOf(dir)) {
      if (kind === 'folder') continue;
      const known = kind === 'file' ? knownAs(path) : undefined;
      if (known) files.push({ ...known, path, size });
      else unknown.push({ path, size });
    }
    this.files = files;
    this.unknown = unknown;
  }

  has(path: string): boolean {
    return this.files.some((file) => file.path === path);
  }

  /** The bytes of a file that is handed over. @throws FedshotError `io`, `not-found` */
  bytes(path: string): Buffer {
    const bytes = this.#kept.get(path) ?? readBytes(join(this.dir, path));
    this.#kept.set(path, bytes);
    this.#digests.set(path, sha256(bytes));
    return bytes;
  }

  /** SHA-256 of a file, hex, without keeping its bytes. @throws FedshotError `digest` for what is gone */
  digest(path: string): string {
    const known = this.#digests.get(path);
    if (known !== undefined) return known;
    if (!this.has(path)) throw this.changed(path, 'it is missing');
    const digest = sha256(this.#kept.get(path) ?? readBytes(join(this.dir, path)));
    this.#digests.set(path, digest);
    return digest;
  }

  /** @throws FedshotError `digest`, naming a file that is not what it was */
  assertDigest(path: string, expected: string, whose: string): void {
    if (this.digest(path) !== expected)
      throw this.changed(path, `its SHA-256 is not the one that ${whose} names`);
  }

  changed(path: string, why: string): FedshotError {
    return new FedshotError('digest', `${join(this.dir, path)} has changed: ${why}`, {
      hint: 'nothing was signed: put the file back as it was, or move what it belongs to away and adapt or pull again',
    });
  }
}
