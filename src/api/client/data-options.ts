import { z } from 'zod';
import { sourcesOf, type InputOptions } from '../../client/target/options.js';
import { dataSource, type DataSource } from '../../shared/data/index.js';
import { ORIENTATIONS } from '../../shared/preprocessing/orient.js';
import { choice, flag, path, positiveReal, strict, text, withTraits } from '../../shared/option.js';

/** One source of data or several, which are put one behind the other. */
const sources = z.union([dataSource(), z.array(dataSource()).min(1)], {
  error: 'Expected data, e.g. idx:images.gz (docs/data.md), or samples in memory.',
});

const zoom = z.union([positiveReal('<factor>'), z.literal('fit')], {
  error: 'Expected a number above 0, or "fit".',
});

/** Where `adapt` and `diagnose` work and on what, and what brings the data into the release's form. */
export const dataOptions = {
  home: path('<dir>').describe('folder of this site'),
  name: text('<release>').describe('the release to adapt'),
  data: withTraits(sources, { placeholder: '<notation>', repeated: true, names: 'data' }).describe(
    'target data (docs/data.md), once or several times; labels are never trained on',
  ),
  invert: flag().default(false).describe('exchange black and white first'),
  rescale: flag()
    .default(false)
    .describe("bring mean and deviation of the data to those of the release's card"),
  orient: choice('<how>', ORIENTATIONS).optional().describe('turn images first'),
  deslant: flag().default(false).describe('take the slant out of every image'),
  fill: flag().default(false).describe('centre what each image shows and let it fill the frame'),
  zoom: withTraits(zoom, {
    placeholder: '<factor>',
    fromText: (word) => (word === 'fit' ? word : Number(word)),
  })
    .optional()
    .describe('enlarge what images show (below 1: make it smaller), or "fit" to the release'),
  strict: strict(),
};

/** Headings of `--help` for these. */
export const DATA_HEADINGS = {
  'Of what, and to what:': ['home', 'name', 'data'],
  "The data, in the release's form:": [
    'invert',
    'rescale',
    'orient',
    'deslant',
    'fill',
    'zoom',
    'strict',
  ],
};

/** One source as it is, several as a list. */
export const dataOf = (data: DataSource | readonly DataSource[]): InputOptions['data'] => {
  const [first, ...others] = sourcesOf(data);
  return first !== undefined && others.length === 0 ? first : data;
};
