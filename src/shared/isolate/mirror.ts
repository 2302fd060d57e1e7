import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { basename, join } from 'node:path';
import { asFedshotError } from '../errors.js';

/** A file or folder outside, of which a process inside sees a copy that follows it. */
export interface MirrorOf {
  readonly from: string;
  /** For a folder: the files in it that are shown. Without it, `from` is one file. */
  readonly content?: RegExp;
  /** Files of the folder of which it is shown that they are there, and not what is in them. */
  readonly present?: RegExp;
}

/** Whoever is shown a copy is to know of a change within a second. */
const LOOK_EVERY_MS = 200;
/** Policies and records of sites are a few kilobytes. */
const MAX_BYTES = 16 * 2 ** 20;

/**
 * Copies a file, or files of a folder, below `folder`, now and as often as they change: a mount would
 * show a file as it was before somebody replaced it. What is gone is gone there as well. What is there
 * and cannot be read cannot be read there either: a folder stands in its place, so that nobody takes it
 * for absent.
 *
 * @returns where the copy is
 * @throws FedshotError `io` for a folder that cannot be read now; later, the copy stays as it was
 */
export function keepMirror(mirror: MirrorOf, folder: string): { path: string; stop: () => void } {
  const path = join(folder, basename(mirror.from));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const seen = new Map<string, string>();
  const follow =
    mirror.content === undefined
      ? (): void => followFile(mirror.from, path, true, seen)
      : (): void => followFolder(mirror, path, seen);
  try {
    follow();
  } catch (error) {
    throw asFedshotError(error, 'io', `cannot read ${mirror.from}`);
  }
  const timer = setInterval(() => {
    try {
      follow();
    } catch {
      // A folder that cannot be read, or a full disk, is no change.
    }
  }, LOOK_EVERY_MS);
  return { path, stop: () => clearInterval(timer) };
}

const isAbsent = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');

function followFolder(
  { from, content = /$^/, present = /$^/ }: MirrorOf,
  to: string,
  seen: Map<string, string>,
): void {
  let names: string[];
  try {
    names = readdirSync(from).filter((name) => content.test(name) || present.test(name));
  } catch (error) {
    if (!isAbsent(error)) throw error;
    rmSync(to, { recursive: true, force: true });
    seen.clear();
    return;
  }
  mkdirSync(to, { recursive: true, mode: 0o700 });
  for (const name of names) followFile(join(from, name), join(to, name), content.test(name), seen);
  for (const file of readdirSync(to).filter((name) => !names.includes(name)))
    remove(join(to, file), seen);
}

function remove(to: string, seen: Map<string, string>): void {
  rmSync(to, { recursive: true, force: true });
  seen.delete(to);
}

/** @param shown whether its content is; else an empty file stands for it */
function followFile(from: string, to: string, shown: boolean, seen: Map<string, string>): void {
  let stamp: string;
  let bytes: Uint8Array;
  try {
    const found = statSync(from);
    stamp = stampOf(found);
    if (seen.get(to) === stamp) return;
    if (!found.isFile() || found.size > MAX_BYTES) throw new Error('no file of a reasonable size');
    bytes = shown ? readFileSync(from) : Buffer.alloc(0);
  } catch (error) {
    if (isAbsent(error)) remove(to, seen);
    else standIn(to, seen);
    return;
  }
  const draft = `${to}.draft`;
  writeFileSync(draft, bytes, { mode: 0o600 });
  if (!seen.has(to)) remove(to, seen); // a folder may stand there
  renameSync(draft, to);
  seen.set(to, stamp);
}

/** Puts a folder in the place of a file that cannot be read. */
function standIn(to: string, seen: Map<string, string>): void {
  if (statSync(to, { throwIfNoEntry: false })?.isDirectory()) return;
  remove(to, seen);
  mkdirSync(to, { mode: 0o700 });
}

const stampOf = ({ ino, mtimeMs, ctimeMs, size }: Stats): string =>
  `${ino}:${mtimeMs}:${ctimeMs}:${size}`;
