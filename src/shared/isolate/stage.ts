import { chmodSync, lstatSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { tmpdir } from 'node:os';
import { asFedshotError, FedshotError } from '../errors.js';
import { fsyncDir, makeFolder } from '../files.js';
import { keepMirror, type MirrorOf } from './mirror.js';

/** What of single files the isolated process is shown, in place of the folders that they lie in. */
export interface Stage {
  /** An empty folder for whatever the sandbox is built on. */
  readonly folder: string;
  /** Folders made for it: where it reads copies, and where it puts results. */
  readonly read: readonly string[];
  readonly write: readonly string[];
  /** Where a path of the command line is found inside. */
  readonly moved: Readonly<Record<string, string>>;
  /** Puts the results that are there in their places. @throws FedshotError `io`, `isolation` */
  deliver(): void;
  remove(): void;
}

/**
 * Prepares, outside, what lets single files be read and written without the folders they lie in.
 * A result gets an empty folder beside its place, and is moved from there by us once the process has
 * ended. What is read while it may be replaced is copied into a private folder as often as it changes.
 *
 * @throws FedshotError `io` where a result could not be put
 */
export function prepareStage(outputs: readonly string[], mirrors: readonly MirrorOf[]): Stage {
  const made: string[] = [];
  const stops: (() => void)[] = [];
  const moved: Record<string, string> = {};
  const remove = (): void => {
    for (const stop of stops.splice(0)) stop();
    for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
  };
  const results = new Map<string, string>();
  try {
    const own = mkdtempSync(join(tmpdir(), 'fedshot-stage-'));
    made.push(own);
    for (const target of new Set(outputs.map((path) => resolve(path)))) {
      const folder = folderBeside(target);
      made.push(folder);
      results.set(target, join(folder, basename(target)));
    }
    const read: string[] = [];
    if (mirrors.length > 0) {
      const folder = join(own, 'inputs');
      makeFolder(folder, 0o700);
      read.push(folder);
      mirrors.forEach((mirror, i) => {
        const kept = keepMirror(mirror, join(folder, `${i}`));
        moved[resolve(mirror.from)] = kept.path;
        stops.push(kept.stop);
      });
    }
    for (const [target, inside] of results) moved[target] = inside;
    return {
      folder: mkdtempSync(join(own, 'sandbox-')),
      read,
      write: [...results.values()].map((path) => dirname(path)),
      moved,
      deliver: () => {
        for (const [target, inside] of results) deliver(inside, target);
      },
      remove,
    };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Beside the place of the result, so that one rename puts it there. */
function folderBeside(target: string): string {
  try {
    makeFolder(dirname(target));
    return mkdtempSync(join(dirname(target), `.${basename(target)}.`));
  } catch (error) {
    throw asFedshotError(error, 'io', `cannot write ${target}`);
  }
}

/** The process inside has written it whole or not at all; it could also have put something else there. */
function deliver(inside: string, target: string): void {
  const found = lstatSync(inside, { throwIfNoEntry: false });
  if (!found) return;
  if (!found.isFile() || found.nlink !== 1)
    throw new FedshotError('isolation', `${target}: what the step left there is not a plain file`, {
      hint: 'it was not put there; find out what ran in the step',
    });
  try {
    chmodSync(inside, found.mode & 0o777); // without the bits that let it run as its owner
    renameSync(inside, target);
    fsyncDir(dirname(target));
  } catch (error) {
    throw asFedshotError(error, 'io', `cannot write ${target}`);
  }
}
