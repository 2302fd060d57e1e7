import { FedshotError } from '../../../errors.js';
import { usage } from '../../notation.js';

const MOST_PATTERN = 200;
const MOST_NAME = 1024;
/** Something repeated within what is repeated takes exponential time on a name that almost matches. */
const NESTED = /\([^()]*[+*}][^()]*\)\s*[+*{]/;

/**
 * What files belong to, by a pattern on their paths.
 *
 * @param names paths below the folder of the class, or as a list writes them, with `/`
 * @throws FedshotError `usage` for the pattern, `data` for names that it does not match
 */
export function groupsBy(
  pattern: string,
  names: readonly string[],
  { source, path }: { source: string; path: string },
): string[] {
  const expression = compiled(pattern, source);
  const without: string[] = [];
  const groups = names.map((name) => {
    const group = expression.exec(name.slice(0, MOST_NAME))?.[1];
    if (group === undefined || group === '') without.push(name);
    return group ?? '';
  });
  if (without.length === 0) return groups;
  throw new FedshotError(
    'data',
    `${path}: group= says nothing of ${without.length} files, such as ${without[0] ?? ''}`,
    {
      hint: 'the pattern has to match every file; its first group in parentheses is what is meant',
    },
  );
}

function compiled(pattern: string, source: string): RegExp {
  const bad = (why: string): FedshotError =>
    usage(
      source,
      `group=${pattern.slice(0, 60)} ${why}`,
      'for example group=^([^_]%2B)_ for p01_3.png',
    );
  if (pattern.length > MOST_PATTERN) throw bad(`has more than ${MOST_PATTERN} characters`);
  if (NESTED.test(pattern)) throw bad('repeats what is itself repeated');
  let expression: RegExp;
  try {
    expression = new RegExp(pattern, 'u');
  } catch {
    throw bad('is no regular expression');
  }
  // matched against nothing, an alternative that is empty: the result has a place for each group
  if ((new RegExp(`${pattern}|`, 'u').exec('')?.length ?? 0) < 2)
    throw bad('has no group in parentheses');
  return expression;
}
