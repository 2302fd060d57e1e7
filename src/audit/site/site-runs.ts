import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readBytes } from '../../shared/files.js';
import { MOST_FILE_BYTES } from '../artefacts/digest.js';

/** A folder with the record of one adaptation. */
export interface RunFolder {
  /** How the page calls it. */
  name: string;
  dir: string;
}

/** The adaptations that a site has records of: its runs, and what version 0.1 kept of each release. */
export function siteRuns(home: string): RunFolder[] {
  const folders = (parent: string): string[] =>
    existsSync(join(home, parent))
      ? readdirSync(join(home, parent)).filter((name) => !name.startsWith('.'))
      : [];
  return [
    ...folders('adapted').map((name): RunFolder => ({ name, dir: join(home, 'adapted', name) })),
    ...folders('runs').map((id): RunFolder => ({ name: `run ${id}`, dir: join(home, 'runs', id) })),
  ];
}

/**
 * The files of a run that are not those that its record names; samples may have been removed.
 * @param staying digest of a file that was not handed over
 */
export function changedFiles(
  { name, dir }: RunFolder,
  files: Readonly<Record<string, string>> = {},
  staying: (file: string) => string | null | undefined = () => undefined,
): string[] {
  return Object.entries(files)
    .filter(([file, digest]) => {
      const path = join(dir, file);
      if (!existsSync(path)) return file !== 'samples.json' && staying(file) !== digest;
      return createHash('sha256').update(readBytes(path, MOST_FILE_BYTES)).digest('hex') !== digest;
    })
    .map(([file]) => `${name}: ${file} is not the file that the run’s record names`);
}
