import { FedshotError } from '../../../errors.js';
import type { ReadContext } from '../../define.js';
import { classesOf } from '../../label-values.js';
import { usage } from '../../notation.js';
import type { PictureSet } from '../../pictures/types.js';
import { listFolder } from './folder.js';
import { listLines, listTable } from './list.js';
import { listKindOf, type ImagesInput, type Listed, type ListKind } from './options.js';

/**
 * Lists pictures, with their classes; none is opened.
 * @throws FedshotError `not-found`, `io`, `data`, `usage`, `limit`
 */
export function readImages(input: ImagesInput, { signal }: ReadContext): PictureSet {
  const kind = listKindOf(input);
  refuseUnused(input, kind);
  const listed =
    kind === 'folder'
      ? listFolder(input, signal)
      : kind === 'table'
        ? listTable(input)
        : listLines(input);
  const { files, groups, rowNumbers, notes } = listed;
  return {
    source: input.source,
    kind: 'pictures',
    count: files.length,
    refs: files.map((path) => ({ decoder: 'raster', path })),
    ...labelsOf(listed, input, kind),
    groups,
    rowNumbers,
    notes,
  };
}

/** @throws FedshotError `usage` for a key that says nothing here */
function refuseUnused({ source, options }: ImagesInput, kind: ListKind): void {
  const table = ['path', 'label', 'header', 'sep', 'separator'] as const;
  const list = [...table, 'root', 'classes', 'encoding'] as const;
  const unused = kind === 'folder' ? list : kind === 'lines' ? table.slice(2) : [];
  const found = unused.find((key) => options[key] !== undefined);
  if (found === undefined) return;
  const what = kind === 'folder' ? 'a folder' : 'a list of lines';
  throw usage(
    source,
    `${found}= says nothing of ${what}`,
    'it is for a table: images:LIST.csv#path=COLUMN',
  );
}

type Labels = Pick<PictureSet, 'labels' | 'classNames' | 'matching'>;

function labelsOf({ labels }: Listed, { path, options }: ImagesInput, kind: ListKind): Labels {
  if (!labels) return {};
  const { classes } = options;
  const fold = options.labels === 'fold';
  if (!classes) {
    // lists of lines number their classes, as the original's do; folders and tables name them
    const numbers = kind === 'lines' && labels.every((label) => /^\d+$/.test(label));
    return { ...classesOf(labels, path, fold), matching: { fold, numbers } };
  }
  const at = new Map(classes.map((name, i) => [name, i]));
  const indices = labels.map(
    (label) => at.get(label) ?? (/^\d+$/.test(label) ? Number(label) : -1),
  );
  const wrong = indices.findIndex((index) => index < 0 || index >= classes.length);
  if (wrong >= 0)
    throw new FedshotError(
      'data',
      `${path}: label ${labels[wrong] ?? ''} of picture ${wrong + 1} is none of the ${classes.length} classes`,
      { hint: 'classes= names them in the order in which numbers count them, from 0' },
    );
  return { labels: Int32Array.from(indices), classNames: classes, matching: { fold } };
}
