import { cpSync, existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FedshotError } from '../errors.js';
import { makeFolder, readBytes, writeFileAtomic } from '../files.js';
import { MAX_CHECKPOINT_BYTES, openCheckpoint, type SignedCheckpoint } from './checkpoint.js';
import { readLog } from './read.js';
import { CHECKPOINT_FILE, keptPath, TILE_WIDTH, tilePath } from './tiles.js';

/**
 * Copies a log that a server may be writing to: the checkpoint first, then what it covers, and nothing
 * that came since. What it covers no longer changes, so that the copy is of one moment.
 *
 * @param out a folder that is not there yet, or is empty
 * @throws FedshotError `log` when what was copied is not what was signed; `signature`, `io`
 */
export function copyLog(
  dir: string,
  out: string,
  keys: ReadonlyMap<string, Uint8Array>,
): SignedCheckpoint {
  const note = readBytes(join(dir, CHECKPOINT_FILE), MAX_CHECKPOINT_BYTES);
  const checkpoint = openCheckpoint(note.toString(), keys);
  const copy = (path: string): void => {
    makeFolder(dirname(join(out, path)));
    cpSync(join(dir, path), join(out, path));
  };
  for (const { path, full } of tilesOf(checkpoint.size))
    copy(existsSync(join(dir, path)) ? path : full);
  writeFileAtomic(join(out, CHECKPOINT_FILE), note);
  const { leaves, findings } = readLog(out, keys);
  if (findings[0] !== undefined)
    throw new FedshotError('log', `${dir}: ${findings[0]}`, {
      hint: 'the log is damaged: put back the file from a copy that was made before',
    });
  for (const response of new Set(leaves.map((leaf) => leaf.response)))
    if (response !== undefined && existsSync(join(dir, keptPath(response))))
      copy(keptPath(response));
  for (const folder of ['closed', 'certificates'])
    for (const name of listed(join(dir, folder)))
      if (folder !== 'closed' || parseInt(name, 10) <= checkpoint.size) copy(join(folder, name));
  return checkpoint;
}

/** Files in a folder that are whole. */
const listed = (dir: string): string[] =>
  existsSync(dir) ? readdirSync(dir).filter((name) => !name.startsWith('.')) : [];

/** Every tile and bundle over so many leaves; `full` is where a partial one has grown to since. */
function* tilesOf(size: number): Generator<{ path: string; full: string }> {
  const levels: (number | 'entries')[] = ['entries'];
  for (let level = 0; TILE_WIDTH ** level <= size; level++) levels.push(level);
  for (const level of levels) {
    const hashes = Math.floor(size / TILE_WIDTH ** (level === 'entries' ? 0 : level));
    for (let index = 0; index * TILE_WIDTH < hashes; index++) {
      const width = Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH);
      yield { path: tilePath(level, index, width), full: tilePath(level, index) };
    }
  }
}
