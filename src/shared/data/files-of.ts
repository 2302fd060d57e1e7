import { resolve } from 'node:path';
import { parseNotation } from './notation.js';

/**
 * All files that a notation reads, absolute: those that it names, and what `sources=` adds for a
 * file that is spread over several. A sandbox has to show these and no others; nothing is opened to
 * find out, since what data files say is not believed outside of it.
 *
 * @throws FedshotError `usage`
 */
export function filesOfNotation(notation: string): string[] {
  const { reader, path, paths, options } = parseNotation(notation);
  if (reader === 'digits') return [];
  const named = reader === 'idx' || reader === 'npy' ? paths : [path];
  return [...named, ...sourcesOf(options)].map((file) => resolve(file));
}

/** Files and folders of `sources=A,B`. */
export const sourcesOf = (options: ReadonlyMap<string, string>): string[] =>
  (options.get('sources') ?? '').split(',').filter((source) => source !== '');
