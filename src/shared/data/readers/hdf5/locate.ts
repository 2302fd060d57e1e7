import { posix } from 'node:path';
import { Dataset, Group } from 'h5wasm/node';
import { FedshotError } from '../../../errors.js';
import { referred, type OpenFiles } from './files.js';

/** An object of a file, after all links. */
export interface Located {
  /** The file that holds it. */
  path: string;
  /** Its path in there. */
  within: string;
  object: Group | Dataset;
}

const MOST_LINKS = 32;

/**
 * Finds a group or dataset, link by link: the library would follow links to other files by itself,
 * but not say which file it is that is missing.
 *
 * @returns undefined where there is no such object
 * @throws FedshotError `data` for a link to a file that is not there, or for links in a circle
 */
export function locate(files: OpenFiles, path: string, within: string): Located | undefined {
  let file = path;
  let at = '/';
  let rest = steps(within);
  for (let links = 0; rest.length > 0;) {
    const group = files.open(file).get(at);
    const [step = '', ...behind] = rest;
    if (!(group instanceof Group) || !group.keys().includes(step)) return undefined;
    const next = posix.join(at, step);
    const link = linkOf(files, group.file_id, next);
    if (!link) {
      at = next;
      rest = behind;
      continue;
    }
    if (++links > MOST_LINKS)
      throw new FedshotError('data', `${path}: the links of "${within}" lead round in a circle`);
    if (link.file !== undefined) {
      const other = referred(file, link.file);
      if (other === undefined) throw notShown(`${path}: "${within}"`, link.file);
      [file, at] = [other, '/'];
    } else if (link.target.startsWith('/')) at = '/';
    rest = [...steps(link.target), ...behind];
  }
  const object = files.open(file).get(at);
  return object instanceof Group || object instanceof Dataset
    ? { path: file, within: at, object }
    : undefined;
}

/** The refusal of data that lies in a file that cannot be seen. */
export const notShown = (what: string, file: string): FedshotError =>
  new FedshotError('data', `${what} lies in another file, ${file}, which is not there or hidden`, {
    hint: 'name every file that the data lies in, sources=FILE,FILE: no other is shown to a command that reads private data',
  });

const steps = (within: string): string[] =>
  within.split('/').filter((step) => step !== '' && step !== '.');

/** What kind of link a name is; undefined for an object of the file itself. */
function linkOf(
  { module }: OpenFiles,
  file: bigint,
  name: string,
): { file?: string; target: string } | undefined {
  const { filename, obj_path: target } = module.get_external_link(file, name) as {
    filename?: string;
    obj_path?: string;
  };
  if (filename !== undefined) return { file: filename, target: target ?? '/' };
  const soft = module.get_symbolic_link(file, name) as string | null;
  return soft === null ? undefined : { target: soft };
}
