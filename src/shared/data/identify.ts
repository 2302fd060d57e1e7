import { createHash } from 'node:crypto';
import { memoryDataset, nameOf } from './memory.js';
import type { DataSource } from './types.js';

/** What messages call samples: their notation, or `memory:NAME`. @throws FedshotError `usage` */
export const sourceName = (source: DataSource): string =>
  typeof source === 'string' ? source : nameOf(source);

/**
 * What a record says of where samples came from: a notation itself; of samples in memory their name and
 * a SHA-256 of all that they are, `memory:NAME#sha256=…`, and never a value.
 *
 * @throws FedshotError as `loadDataset` does for samples in memory
 */
export function identifySource(source: DataSource): string {
  if (typeof source === 'string') return source;
  const { shape, columns, x, labels, classNames } = memoryDataset(source);
  const hash = createHash('sha256');
  hash.update(JSON.stringify({ shape, columns, classNames }));
  for (const { buffer, byteOffset, byteLength } of labels ? [x, labels] : [x])
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  return `${nameOf(source)}#sha256=${hash.digest('hex')}`;
}
