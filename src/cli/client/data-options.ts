import { Option, type Command } from 'commander';
import { ORIENTATIONS } from '../../shared/preprocessing/orient.js';
import { path, positiveReal, repeated } from '../options.js';

/** What `adapt` and `diagnose` are told about where they work and on what. */
export interface DataOptions {
  home: string;
  name: string;
  data: string[];
}

const zoom = (text: string): number | 'fit' => (text === 'fit' ? text : positiveReal(text));

/** Adds `--home`, `--name`, `--data`, and the options that bring data into the release's form. */
export function addDataOptions(command: Command): Command {
  return command
    .optionsGroup('Of what, and to what:')
    .requiredOption('--home <dir>', 'folder of this site', path)
    .requiredOption('--name <release>', 'the release to adapt')
    .requiredOption(
      '--data <notation>',
      'target data (docs/data.md), once or several times; labels are never trained on',
      repeated,
    )
    .optionsGroup("The data, in the release's form:")
    .option('--invert', 'exchange black and white first', false)
    .option(
      '--rescale',
      "bring mean and deviation of the data to those of the release's card",
      false,
    )
    .addOption(new Option('--orient <how>', 'turn images first').choices(ORIENTATIONS))
    .option('--deslant', 'take the slant out of every image', false)
    .option('--fill', 'centre what each image shows and let it fill the frame', false)
    .option(
      '--zoom <factor>',
      'enlarge what images show (below 1: make it smaller), or "fit" to the release',
      zoom,
    );
}

/** One notation as it is, several as a list. */
export const dataOf = ({ data }: Pick<DataOptions, 'data'>): string | string[] =>
  data.length === 1 ? data[0]! : data;
