import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { FedshotError } from '../../shared/errors.js';
import { readBytes, writeFileAtomic } from '../../shared/files.js';
import { parsePayload } from '../../shared/release/fields.js';
import { assertReleaseName, type Release } from '../../shared/release/index.js';

/** Where a site keeps what it pulled: `releases/<name>/<version>/`, and what is under way. */
export const releaseDir = (home: string, name: string, version: number): string =>
  join(home, 'releases', name, `${version}`);

/**
 * Half-pulled releases, by digest, so that two versions never mix. Among the releases, since a sandbox
 * shows that folder as a whole and nothing can be moved out of it or into it. No release has such a name.
 */
export const partialDir = (home: string, digest: string): string =>
  join(home, 'releases', '.partial', digest);

/** Held by the one pull of a release that is under way. Nothing else of a pull is there before it ends. */
export const pullLock = (home: string, name: string): string =>
  join(home, 'trust', `pull-${name}.lock`);

/** The signed envelope that lies beside the files it describes. */
export const MANIFEST_FILE = 'manifest.json';

const Current = z.strictObject({
  version: z.number().int().min(1),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
});

/** Which version of a release is in use at a site. */
export interface CurrentRelease {
  readonly name: string;
  readonly version: number;
  readonly digest: string;
  /** Folder of `model.json` and the safetensors files. */
  readonly dir: string;
}

const currentFile = (home: string, name: string): string =>
  join(home, 'releases', name, 'current.json');

/** Makes a pulled version the one in use. */
export function setCurrent(home: string, { name, version, digest }: Release): void {
  writeFileAtomic(currentFile(home, name), `${JSON.stringify({ version, digest })}\n`);
}

/** The version in use. @throws FedshotError `not-found` when nothing was pulled yet */
export function currentRelease(home: string, name: string): CurrentRelease {
  assertReleaseName(name);
  const file = currentFile(home, name);
  if (!existsSync(file))
    throw new FedshotError('not-found', `${home} holds no release named ${name}`, {
      hint: `fedshot client pull --from HOST:PORT --name ${name} --home ${home}`,
    });
  let pointer: z.infer<typeof Current>;
  try {
    pointer = parsePayload(Current, readBytes(file), `${file} is damaged`);
  } catch (error) {
    if (!(error instanceof FedshotError) || error.code !== 'format') throw error;
    throw new FedshotError('format', error.message, {
      hint: `pull it again: fedshot client pull --from HOST:PORT --name ${name} --home ${home}`,
      cause: error,
    });
  }
  return { name, ...pointer, dir: releaseDir(home, name, pointer.version) };
}

/** Folders that may hold chunks: every pulled version of every release, and every half-pulled one. */
export function chunkFolders(home: string): string[] {
  const list = (dir: string): string[] =>
    existsSync(dir)
      ? readdirSync(dir, { withFileTypes: true })
          .filter((entry) => entry.isDirectory())
          .map((entry) => join(dir, entry.name))
      : [];
  // The second is where 0.1 kept them.
  return [...list(join(home, 'releases')).flatMap(list), ...list(join(home, 'partial'))];
}
