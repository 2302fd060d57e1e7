import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { asFedshotError, FedshotError } from '../../shared/errors.js';
import {
  fsyncDir,
  isTemporary,
  makeFolder,
  readBytes,
  temporaryPath,
  wholeName,
} from '../../shared/files.js';
import { type HeldLock, tryLock } from '../../shared/lock.js';
import { copyLog, parseCheckpoint } from '../../shared/log/index.js';
import { type Keyring, Store } from '../../shared/release/index.js';
import { inspectTransparency, logDir, logKeys, openTransparency } from '../transparency.js';

export interface SnapshotOptions {
  /** Folder of the store. */
  store: string;
  /** Asked for the log key only when a server was killed before it signed its last leaves. */
  keyring: Keyring;
  /** Folder of the log; by default beside the store. */
  dir?: string;
  now: () => Date;
}

export interface LogSnapshot {
  origin: string;
  /** How many leaves it covers. */
  size: number;
  /** Hash of the tree over them, hex. */
  root: string;
}

/** A server signs what it has logged within five seconds. */
const PATIENCE_MS = 30_000;
const LOOK_MS = 200;

/**
 * Copies the log, while its server runs or not: everything that was logged before this call is in the
 * copy, under one signed checkpoint.
 *
 * @param out a folder that is not there yet
 * @throws FedshotError `io` when `out` is there; `log` when the log is damaged
 */
export async function snapshotLog(options: SnapshotOptions, out: string): Promise<LogSnapshot> {
  await settle(options);
  const { store, dir = logDir(store) } = options;
  return whole(out, (temp) => {
    const { origin, size, root } = copyLog(dir, temp, logKeys(new Store(store).roots()));
    return { origin, size, root: root.toString('hex') };
  });
}

/** Held by the process that makes a copy, beside it. */
const LOCK = 'lock';

/** A medium for copies may know no locks: what is left on it is then left to a person. */
function claim(copy: string): HeldLock | undefined {
  try {
    return tryLock(join(copy, LOCK));
  } catch {
    return undefined;
  }
}

/** Removes the half-made copies of killed commands that were to become this folder. */
function sweepCopies(out: string): void {
  const parent = dirname(resolve(out));
  for (const name of existsSync(parent) ? readdirSync(parent) : []) {
    if (!isTemporary(name) || wholeName(name) !== basename(out)) continue;
    const lock = claim(join(parent, name));
    if (!lock) continue; // somebody is making it
    try {
      rmSync(join(parent, name), { recursive: true, force: true });
    } catch (error) {
      throw asFedshotError(error, 'io', `cannot remove ${join(parent, name)}`);
    } finally {
      lock.release();
    }
  }
}

/**
 * Fills a new folder, which is there whole or not at all; removes what a killed command had made of it.
 *
 * @throws FedshotError `io`
 */
export async function whole<T>(out: string, fill: (temp: string) => T | Promise<T>): Promise<T> {
  sweepCopies(out);
  if (existsSync(out))
    throw new FedshotError('io', `${out} is there already; nothing was changed`, {
      hint: 'give a folder that is not there yet',
    });
  const temp = temporaryPath(out);
  const copy = join(temp, 'copy'); // beside the lock, which is no part of it
  let lock: HeldLock | undefined;
  try {
    makeFolder(copy, 0o700);
    lock = claim(temp);
    const result = await fill(copy);
    renameSync(copy, out);
    fsyncDir(dirname(out));
    rmSync(temp, { recursive: true, force: true });
    return result;
  } catch (error) {
    rmSync(temp, { recursive: true, force: true });
    throw asFedshotError(error, 'io', `cannot write ${out}`);
  } finally {
    lock?.release();
  }
}

/** Waits until all that is logged at this moment is signed; signs it where no server runs. */
async function settle({
  store,
  keyring,
  dir = logDir(store),
  now,
}: SnapshotOptions): Promise<void> {
  const path = join(dir, 'checkpoint');
  if (!existsSync(path))
    throw new FedshotError('not-found', `${dir}: no transparency log`, {
      hint: 'give the folder that provider serve writes: --log, or else STORE-log',
    });
  const lock = tryLock(join(dir, '.lock'));
  if (lock) {
    lock.release();
    const { last, tree } = inspectTransparency(store, dir);
    if (last && tree.size > last.size)
      await openTransparency({ store, keyring, dir, now }).then((log) => log.close());
    return;
  }
  const logged = sizeNow(store, dir);
  for (
    let waited = 0;
    parseCheckpoint(readBytes(path).toString()).size < logged;
    waited += LOOK_MS
  ) {
    if (waited > PATIENCE_MS)
      throw new FedshotError('log', `${dir}: its server has signed nothing for half a minute`, {
        hint: 'look at what the server says; a server that was stopped can be copied as well',
      });
    await sleep(LOOK_MS);
  }
}

/** How many leaves are on the disk; read again where a bundle was completed while it was read. */
function sizeNow(store: string, dir: string): number {
  for (let attempt = 0; ; attempt++)
    try {
      return inspectTransparency(store, dir).tree.size;
    } catch (error) {
      if (attempt === 5) throw error;
    }
}
