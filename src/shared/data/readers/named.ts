import { z } from 'zod';
import { FedshotError } from '../../errors.js';
import { ARRAY_OPTIONS, type ArrayOptions } from '../array-options.js';

/** Options of readers whose files hold several arrays by name. */
export const NAMED_OPTIONS = {
  x: z.string().optional().describe('the name of the samples'),
  y: z.string().optional().describe('the name of the labels'),
  ...ARRAY_OPTIONS,
};

export interface NamedOptions extends ArrayOptions {
  x?: string;
  y?: string;
}

const SAMPLES = ['x', 'data', 'images'];
const LABELS = ['y', 'labels', 'label', 'target'];

/** The names of the arrays to read. */
export interface Names {
  samples: string;
  labels?: string;
}

/**
 * Which of a file's arrays are the samples and which, if any, the labels: those that `x=` and `y=`
 * name, else those with a usual name.
 *
 * @param there names in the file or group
 * @param where file and group, for messages
 * @param what what the format calls an array
 * @throws FedshotError `not-found`, listing what is there; `data` where two might be meant
 */
export function namedArrays(
  options: Pick<NamedOptions, 'x' | 'y'>,
  there: readonly string[],
  where: string,
  what: string,
): Names {
  const list = there.slice(0, 12).map((name) => `"${name}"`);
  const has = `it has ${list.join(', ') || 'none'}${there.length > 12 ? ' …' : ''}`;
  const pick = (key: 'x' | 'y', usual: readonly string[]): string | undefined => {
    const said = options[key];
    const found = said === undefined ? usual.filter((name) => there.includes(name)) : [said];
    if (said !== undefined && !there.includes(said.split('/', 1)[0]!))
      throw new FedshotError('not-found', `${where}: no ${what} "${said}"`, { hint: has });
    if (found.length > 1)
      throw new FedshotError('data', `${where}: both "${found[0]!}" and "${found[1]!}" are there`, {
        hint: `say which with ${key}=NAME`,
      });
    return found[0];
  };
  const samples = pick('x', SAMPLES);
  if (samples === undefined) {
    const usual = SAMPLES.map((name) => `"${name}"`).join(', ');
    throw new FedshotError(
      'not-found',
      `${where}: no ${what} ${usual.replace(/, ([^,]*)$/, ' or $1')}`,
      {
        hint: `${has}; name the samples with x=NAME, labels with y=NAME`,
      },
    );
  }
  return { samples, labels: pick('y', LABELS) };
}
