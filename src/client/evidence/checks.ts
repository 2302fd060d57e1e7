import { join, posix } from 'node:path';
import { z } from 'zod';
import { parseEnvelope, MAX_MANIFEST_BYTES } from '../../shared/release/index.js';
import { parsePayload, Sha256 } from '../../shared/release/fields.js';
import { Statement, STATEMENT_PAYLOAD_TYPE } from '../../shared/release/statement.js';
import { parseDocument } from '../runs/document.js';
import { PointerSchema } from '../runs/pointer.js';
import type { Home, HomeFile } from './home.js';

const Current = z.strictObject({ version: z.number(), digest: Sha256 });

/**
 * Holds the files of a pulled release against its manifest, and the manifest of the version in use
 * against what points to it. Whether the manifest is signed is the auditor's to see.
 *
 * @throws FedshotError `digest`, `format`, `limit`, naming the file
 */
export function checkReleases(home: Home): void {
  for (const { path } of home.files.filter(({ path }) =>
    /^releases\/.*\/manifest\.json$/.test(path),
  )) {
    const file = join(home.dir, path);
    const { payload } = parseEnvelope(
      home.bytes(path),
      STATEMENT_PAYLOAD_TYPE,
      MAX_MANIFEST_BYTES,
      file,
    );
    const dir = posix.dirname(path);
    for (const { path: name, sha256 } of parsePayload(Statement, payload, file).predicate.files)
      home.assertDigest(posix.join(dir, name), sha256, 'the signed manifest');
  }
  for (const { path } of home.files.filter(({ path }) =>
    /^releases\/.*\/current\.json$/.test(path),
  )) {
    const { version, digest } = parseDocument(Current, home.bytes(path), join(home.dir, path));
    home.assertDigest(posix.join(posix.dirname(path), `${version}`, 'manifest.json'), digest, path);
  }
}

/**
 * Holds the files of a run against its record.
 * @throws FedshotError `digest`, naming one that is not as it was when the run ended
 */
export function checkRun(home: Home, dir: string, files: Readonly<Record<string, string>>): void {
  for (const [name, digest] of Object.entries(files)) {
    const path = posix.join(dir, name);
    // A site may remove the pictures of a run when it likes.
    if (name === 'samples.json' && !home.has(path)) continue;
    home.assertDigest(path, digest, 'the record of the run');
  }
}

/** Files in the folder of a run that its record does not name. */
export const strayFiles = (
  home: Home,
  dir: string,
  files: Readonly<Record<string, string>>,
): HomeFile[] =>
  home.files.filter(
    ({ path }) =>
      posix.dirname(path) === dir &&
      posix.basename(path) !== 'record.json' &&
      !Object.hasOwn(files, posix.basename(path)),
  );

/**
 * Holds what is or was in use against the records of those runs.
 *
 * @returns ids of runs that were in use once and are not there any more
 * @throws FedshotError `digest` for a record that has changed, and for a run in use that is gone
 */
export function checkPointers(home: Home): string[] {
  const gone = new Set<string>();
  for (const { path } of home.files.filter(({ path }) => path.startsWith('current/'))) {
    if (!path.endsWith('.json')) continue;
    const pointer = parseDocument(PointerSchema, home.bytes(path), join(home.dir, path));
    const { inUse, history } = pointer;
    if (inUse) home.assertDigest(`runs/${inUse.run}/record.json`, inUse.record, path);
    for (const { run, record } of history)
      if (!home.has(`runs/${run}/record.json`)) gone.add(run);
      else home.assertDigest(`runs/${run}/record.json`, record, path);
  }
  return [...gone].sort();
}
