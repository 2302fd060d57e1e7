import { resolve } from 'node:path';

let moved: Readonly<Record<string, string>> = {};

/** Inside: takes note of where the process outside has put what the command line names. */
export function noteMoved(paths: Readonly<Record<string, string>>): void {
  moved = paths;
}

/** Where a file of the command line is to be read or written by this process. */
export const insidePath = (path: string): string =>
  Object.hasOwn(moved, resolve(path)) ? moved[resolve(path)]! : path;

/** A text for people, in which files have the names that they have outside. */
export const withOutsidePaths = (text: string): string =>
  Object.entries(moved).reduce((said, [outside, inside]) => said.replaceAll(inside, outside), text);
