import { resolve } from 'node:path';
import { resolveNotation } from './resolve.js';
import type { DataSource } from './types.js';

/**
 * All files that a notation reads, absolute, as its reader lists them. A sandbox has to show these and
 * no others; nothing is opened to find out, since what data files say is not believed outside of it.
 *
 * @returns none for data in memory
 * @throws FedshotError `usage`
 */
export function filesOfNotation(source: DataSource): string[] {
  if (typeof source !== 'string') return [];
  const { reader, input } = resolveNotation(source);
  // an empty name would be the folder that we are in
  return reader.files(input).flatMap((file) => (file === '' ? [] : resolve(file)));
}
