import { readdirSync, statSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { asFedshotError, FedshotError } from '../../errors.js';

/** What systems leave in folders. */
export const LITTER = /^(\.|thumbs\.db$|desktop\.ini$|__macosx$|ehthumbs\.db$|icon\r$)/i;
/** Folders within folders, before a link that leads back is suspected. */
const DEEPEST = 16;

/** Files below a folder, as paths below it. */
export interface Walked {
  readonly files: string[];
  /** Those that are none of the reader's. */
  readonly others: string[];
}

/**
 * All files below a folder, sorted by their paths; what systems leave in folders is left out.
 * @param takes whether a file is one of the reader's
 * @throws FedshotError `not-found`, `io`, `data`
 */
export function walked(
  folder: string,
  takes: (path: string) => boolean,
  signal: AbortSignal | undefined,
): Walked {
  const found: Walked = { files: [], others: [] };
  const file = (at: string): void =>
    void (takes(join(folder, at)) ? found.files : found.others).push(at);
  walk(folder, { file, litter: () => undefined }, signal);
  found.files.sort(byCharacters);
  return found;
}

/** What is told of a folder: each file as a path below it, and what is left out. */
interface Visitor {
  file(at: string): void;
  litter(): void;
}

/** Goes through all that lies below a folder. @throws FedshotError `not-found`, `io`, `data` */
export function walk(folder: string, visitor: Visitor, signal: AbortSignal | undefined): void {
  const visit = (under: string, depth: number): void => {
    signal?.throwIfAborted();
    if (depth > DEEPEST)
      throw new FedshotError('data', `${folder}: more than ${DEEPEST} folders within each other`, {
        hint: 'does a link lead back?',
      });
    for (const { name, folder: isFolder } of folderEntries(join(folder, under))) {
      const at = join(under, name);
      if (LITTER.test(name)) visitor.litter();
      else if (isFolder) visit(at, depth + 1);
      else visitor.file(at);
    }
  };
  visit('', 0);
}

export const byCharacters = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** What a folder holds, links followed, sorted. @throws FedshotError `not-found`, `io` */
export function folderEntries(folder: string): { name: string; folder: boolean }[] {
  let found: Dirent[];
  try {
    found = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT')
      throw new FedshotError('not-found', `no such folder: ${folder}`, { cause: error });
    if (code === 'ENOTDIR')
      throw new FedshotError('data', `${folder}: a file, and images: takes a folder or a list`, {
        hint: 'a list ends in .txt, a table in .csv, or say path=COLUMN',
        cause: error,
      });
    throw asFedshotError(error, 'io', `cannot read ${folder}`);
  }
  return found
    .map((entry) => ({
      name: entry.name,
      folder:
        entry.isDirectory() || (entry.isSymbolicLink() && leadsToFolder(join(folder, entry.name))),
    }))
    .sort((a, b) => byCharacters(a.name, b.name));
}

const leadsToFolder = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
