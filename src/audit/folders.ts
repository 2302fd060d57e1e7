import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** Everything below a folder that is not a folder itself, links as well. */
export const files = (dir: string): string[] => entries(dir, false);

/** @throws the system's error for what is there and cannot be listed */
const entries = (dir: string, folders: boolean): string[] =>
  existsSync(dir)
    ? readdirSync(dir, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isDirectory() === folders)
        .map((entry) => join(entry.parentPath, entry.name))
    : [];

/** Whether there is nothing: no such path, or an empty folder. */
export function isNothing(path: string): boolean {
  try {
    return lstatSync(path).isDirectory() && readdirSync(path).length === 0;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

/** Folders without any allowed file: their names could carry data. */
export function foreignFolders(dir: string, expected: readonly string[]): string[] {
  const needed = new Set<string>();
  for (const path of expected)
    for (let at = dirname(path); at.length >= dir.length && !needed.has(at); at = dirname(at))
      needed.add(at);
  return entries(dir, true)
    .filter((path) => !needed.has(path))
    .map((path) => `${relative(dir, path)}: a folder that nothing needs`);
}
