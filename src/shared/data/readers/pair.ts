import { usage } from '../notation.js';
import type { ReaderInput } from '../define.js';

/**
 * The two files of a notation, samples and labels, or the one without labels.
 * @throws FedshotError `usage` for more, or an empty name
 */
export function pairOf(
  { source, paths }: Pick<ReaderInput, 'source' | 'paths'>,
  reader: string,
  what: string,
): { samples: string; labels?: string } {
  const [samples = '', labels, ...more] = paths;
  if (samples === '' || labels === '' || more.length > 0)
    throw usage(
      source,
      `${reader} takes ${what} or ${what},LABELS`,
      'write a comma within a path as %2C',
    );
  return { samples, labels };
}
