import { z } from 'zod';
import type { ReaderInput } from '../../define.js';
import { option, wholeNumber } from '../../options.js';
import { IMAGES_OPTIONS } from '../images/options.js';
import { keyword, similar } from './keywords.js';

/** What a header has to say for a file to be taken. */
export interface Condition {
  readonly keyword: string;
  /** Any of these, whatever their case. */
  readonly values: readonly string[];
}

const { path, root, labels, header, sep, separator, encoding } = IMAGES_OPTIONS;

/** `where=Modality:CR|DX,BodyPartExamined:CHEST` */
const conditions = () =>
  option((text, refuse): Condition[] =>
    text.split(',').map((one) => {
      const at = one.indexOf(':');
      if (at < 1) return refuse('is no KEYWORD:VALUE', 'for example where=BodyPartExamined:CHEST');
      const name = one.slice(0, at);
      const known = keyword(name);
      if (!known) return refuse(`has no known keyword`, `like it are ${similar(name).join(', ')}`);
      if (known.identifying)
        return refuse(
          'would write who somebody is into a notation, which records keep',
          'choose the files by a list: dicom:LIST.csv#path=COLUMN',
        );
      const values = one.slice(at + 1).split('|');
      return { keyword: name, values: values.map((value) => value.trim().toLowerCase()) };
    }),
  );

/** `window=full`, or `window=CENTRE,WIDTH` */
const window = () =>
  option((text, refuse) => {
    if (text === 'full') return text;
    const [centre, width, more] = text.split(',').map((part) => (part === '' ? NaN : Number(part)));
    if (more === undefined && Number.isFinite(centre) && width !== undefined && width >= 1)
      return `${centre},${width}`;
    return refuse('is no window', 'it is full, or CENTRE,WIDTH such as window=40,400');
  });

/** Options of `dicom:`. */
export const DICOM_OPTIONS = {
  label: z
    .string()
    .optional()
    .describe('the classes: a column of a list, a keyword of the header, or folder'),
  group: z
    .string()
    .optional()
    .describe('what pictures belong to: a column of a list, or a keyword such as PatientID'),
  where: conditions()
    .optional()
    .describe('KEYWORD:VALUE that headers have to say, joined by commas; A|B for either'),
  frame: z
    .union([z.enum(['all', 'first', 'middle']), wholeNumber()])
    .optional()
    .describe(
      'which frames of a file are samples: all, first, middle, or one by its number from 0',
    ),
  window: window()
    .optional()
    .describe('CENTRE,WIDTH in place of what files say; full shows all that could be stored'),
  path,
  root,
  labels,
  header,
  sep,
  separator,
  encoding,
};

export type DicomInput = ReaderInput<typeof DICOM_OPTIONS>;
