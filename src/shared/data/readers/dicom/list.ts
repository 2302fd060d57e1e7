import { statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { usage } from '../../notation.js';
import { abbreviate } from '../csv/columns.js';
import { isDicom } from '../../pictures/decoders/dicom/file.js';
import { listLines, listTable, tableColumns } from '../images/list.js';
import { listKindOf, type ImagesInput, type Listed } from '../images/options.js';
import { walked } from '../walk.js';
import { keyword, similar } from './keywords.js';
import type { DicomInput } from './options.js';

/** Files, and what each has from elsewhere than its header. */
export interface DicomList extends Listed {
  /** The keyword that gives the classes, where the list or the folders do not. */
  readonly labelKeyword?: string;
  readonly groupKeyword?: string;
}

/** `label=` that takes the folders below the one that is named for the classes. */
const FOLDERS = 'folder';

/**
 * Lists the files that a notation names; of those in a folder it looks whether they are DICOM.
 * @throws FedshotError `not-found`, `io`, `data`, `usage`, `limit`
 */
export function listDicom(input: DicomInput, signal?: AbortSignal): DicomList {
  const kind = listKindOf(input);
  if (kind === 'folder') return inFolder(input, signal);
  const {
    label,
    group,
    path,
    root,
    labels,
    header,
    sep: said,
    separator,
    encoding,
  } = input.options;
  const rest = { path, root, labels, header, sep: said, separator, encoding };
  const images = (options: Columns): ImagesInput => ({
    ...input,
    options: { ...rest, label: options.label, group: options.group },
  });
  const columns = kind === 'table' ? tableColumns(images({})) : [];
  // a column where the list has it, else what the headers say
  const own = (name: string | undefined): string | undefined =>
    name !== undefined && (columns.includes(name) || /^\d+$/.test(name)) ? name : undefined;
  const listed =
    kind === 'table'
      ? listTable(images({ label: own(label), group: own(group) }))
      : listLines(images({}));
  return {
    ...listed,
    ...keywords(input, {
      label: own(label) === undefined ? label : undefined,
      group: own(group) === undefined ? group : undefined,
    }),
  };
}

interface Columns {
  readonly label?: string;
  readonly group?: string;
}

/** @throws FedshotError `usage` for what is no keyword, and for a class that says who somebody is */
function keywords(
  { source }: DicomInput,
  { label, group }: Columns,
): Pick<DicomList, 'labelKeyword' | 'groupKeyword'> {
  for (const [key, name] of Object.entries({ label, group }))
    if (name !== undefined && !keyword(name))
      throw usage(
        source,
        `${key}=${name} is no known keyword of a header`,
        `like it are ${similar(name).join(', ')}`,
      );
  if (label !== undefined && keyword(label)?.identifying)
    throw usage(
      source,
      `label=${label}: names of classes are published, and these say who somebody is`,
      'take a list with the findings: dicom:LIST.csv#path=COLUMN&label=COLUMN',
    );
  return { labelKeyword: label, groupKeyword: group };
}

function inFolder(input: DicomInput, signal: AbortSignal | undefined): DicomList {
  const { source, path, options } = input;
  const unused = (['root', 'header', 'sep', 'separator', 'encoding'] as const).find(
    (key) => options[key] !== undefined,
  );
  if (unused !== undefined)
    throw usage(
      source,
      `${unused}= says nothing of a folder`,
      'it is for dicom:LIST.csv#path=COLUMN',
    );
  const byFolder = options.label === FOLDERS;
  const columns = { label: byFolder ? undefined : options.label, group: options.group };
  const found = isFile(path) ? { files: [''], others: [] } : walked(path, isDicom, signal);
  const files = found.files.map((file) => join(path, file));
  return {
    files,
    ...(byFolder && { labels: found.files.map(topOf) }),
    ...keywords(input, columns),
    notes: found.others.length > 0 ? [`left out, no DICOM: ${abbreviate(found.others)}`] : [],
  };
}

const isFile = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

/** The folder of a class; empty for a file that lies in none. */
const topOf = (file: string): string => (file.includes(sep) ? (file.split(sep)[0] ?? '') : '');
