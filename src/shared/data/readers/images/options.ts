import { z } from 'zod';
import type { ReaderInput } from '../../define.js';
import { commaSeparated } from '../../options.js';
import { CSV_OPTIONS } from '../csv/options.js';

const { labels, header, sep, separator, encoding } = CSV_OPTIONS;

/** Options of `images:`. */
export const IMAGES_OPTIONS = {
  path: z.string().optional().describe('the column of a table that names the files'),
  label: z.string().optional().describe('the column of the classes'),
  group: z
    .string()
    .optional()
    .describe(
      'what pictures belong to (a patient): a column of a table, else a pattern whose first group it is',
    ),
  root: z.string().optional().describe('the folder that the paths of a list begin in'),
  classes: commaSeparated()
    .optional()
    .describe('names of the classes that the numbers of a list count'),
  labels,
  header,
  sep,
  separator,
  encoding,
};

export type ImagesInput = ReaderInput<typeof IMAGES_OPTIONS>;

/** What is listed, before any of it is decoded. */
export interface Listed {
  readonly files: readonly string[];
  /** One for each file, if there are labels. */
  readonly labels?: readonly string[];
  readonly groups?: readonly string[];
  /** Numbers of the rows, where some of the list are left out. */
  readonly rowNumbers?: readonly number[];
  readonly notes: readonly string[];
}

export type ListKind = 'folder' | 'table' | 'lines';

/** What a notation names. Told by its words alone, since nothing is opened outside of a sandbox. */
export function listKindOf({
  path,
  options,
}: {
  path: string;
  options: { path?: string };
}): ListKind {
  if (options.path !== undefined || /\.[ct]sv(\.gz)?$/i.test(path)) return 'table';
  return /\.(txt|lst|list)$/i.test(path) ? 'lines' : 'folder';
}
