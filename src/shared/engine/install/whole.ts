import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { asFedshotError } from '../../errors.js';
import { fsyncDir, makeFolder } from '../../files.js';

const PARTIAL = `.partial-${hostname()}-`;

/** Deletes what installs on this machine left that were killed, and could not clean up. */
function clearLeftovers(folder: string): void {
  for (const name of readdirSync(folder).filter((name) => name.startsWith(PARTIAL))) {
    try {
      process.kill(parseInt(name.slice(PARTIAL.length)), 0);
    } catch (error) {
      const gone = (error as NodeJS.ErrnoException).code === 'ESRCH';
      if (gone) rmSync(join(folder, name), { recursive: true, force: true });
    }
  }
}

function fsyncTree(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) fsyncTree(path);
    else if (entry.isFile()) {
      const fd = openSync(path, 'r+');
      fsyncSync(fd);
      closeSync(fd);
    }
  }
  fsyncDir(folder);
}

/**
 * Makes the folder `target`: whole or not at all. `make` works in a folder beside it and leaves the
 * result in `engine/` there.
 *
 * @throws what `make` throws, else FedshotError `io`
 */
export async function makeWhole(
  target: string,
  make: (folder: string) => Promise<void>,
): Promise<void> {
  const parent = dirname(target);
  let folder: string | undefined;
  try {
    makeFolder(parent);
    clearLeftovers(parent);
    folder = mkdtempSync(join(parent, `${PARTIAL}${process.pid}-`));
    await make(folder);
    const made = join(folder, 'engine');
    fsyncTree(made);
    try {
      renameSync(made, target);
    } catch (error) {
      if (!existsSync(target)) throw error; // else somebody has just installed the same
    }
    fsyncDir(parent);
  } catch (error) {
    throw asFedshotError(error, 'io', `cannot install into ${parent}`);
  } finally {
    if (folder) rmSync(folder, { recursive: true, force: true });
  }
}
