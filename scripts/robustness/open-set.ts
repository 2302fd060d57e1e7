import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { adaptModel } from '../../src/client/adaptation/adapt.js';
import { predict, UNKNOWN } from '../../src/client/prediction/predict.js';
import { train } from '../../src/provider/train/train.js';
import { digits } from '../../src/examples/digits/index.js';
import { loadDataset, readers } from '../../src/shared/data/index.js';
import { readModel, type Model } from '../../src/shared/model/folder.js';
import { startForComputing } from '../bench/start.js';
import { REAL } from './cases.js';
import { writeDataset } from './files.js';
import {
  chain,
  dilated,
  grey,
  only,
  rotated,
  sample,
  stream,
  warped,
  type Transform,
} from './transforms.js';

/**
 * `npm run robustness:open-set -- [--seeds 1] [--work work/zoo]`: models of the digits 0 to 4 meet data with
 * and without other digits under `--open-set`; what is called unknown, by label.
 */
startForComputing();
readers.add(digits);
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1' },
    work: { type: 'string', default: 'work/zoo' },
  },
});
const KNOWN = [0, 1, 2, 3, 4];
const OTHERS: Record<string, number[]> = {
  none: [],
  'a seven': [7],
  'six and eight': [6, 8],
  'five to nine': [5, 6, 7, 8, 9],
};
const same: Transform = (dataset) => dataset;
const noisy = chain(
  grey((v) => v / 2),
  grey((v, r) => v + 0.2 * r.normal()),
);
const slanted = warped((x, y) => [x + 0.4 * y, y]);
const DRAWN = 'digits:plain?n=3000&seed=5';
const SITES: [string, string, string, Transform][] = [
  ['plain', 'the same', DRAWN, same],
  ['plain', 'thick', DRAWN, dilated],
  ['plain', 'half contrast, noise', DRAWN, noisy],
  ['plain', 'rotated 20', DRAWN, rotated(20)],
  ['plain', 'slanted', DRAWN, slanted],
  ['mnist', 'the same', REAL.t10k, same],
  ['mnist', 'thick', REAL.t10k, dilated],
  ['mnist', 'rotated 20', REAL.t10k, rotated(20)],
  ['mnist', 'usps', REAL.usps, same],
];
const SOURCES: Record<string, { data: string; test: string; epochs: number }> = {
  plain: { data: 'digits:plain?n=4000', test: 'digits:plain?n=1000&seed=9', epochs: 6 },
  mnist: { data: REAL.mnist, test: REAL.t10k, epochs: 8 },
};
const { work } = values;
mkdirSync(work, { recursive: true });

async function modelOf(source: string, seed: number): Promise<Model> {
  const out = join(work, `lower-${source}-${seed}`);
  if (existsSync(join(out, 'model.json'))) return readModel(out);
  const { data, test, epochs } = SOURCES[source]!;
  const lower = async (notation: string, file: string): Promise<string> =>
    writeDataset(join(work, file), only(...KNOWN)(await loadDataset(notation), stream('', 0)));
  await train({
    data: await lower(data, 'lower.safetensors'),
    epochs,
    out,
    seed: 2019 + seed,
    test: await lower(test, 'lower-test.safetensors'),
    arch: 'lenet',
    bottleneck: 256,
    holdOut: 0.1,
    smoothing: 0.1,
    batch: 64,
    lr: 0.01,
    augment: 'none',
    resume: false,
  });
  return readModel(out);
}

const percent = (part: number, whole: number): string =>
  whole === 0 ? '' : ((100 * part) / whole).toFixed(1);
console.log('| source | site | other digits | seed | η | known, rejected | others, rejected |');
console.log('| --- | --- | --- | --- | --- | --- | --- |');
for (const seed of values.seeds.split(',').map(Number))
  for (const [source, site, base, transform] of SITES) {
    if (!existsSync('../shared/data/digits') && (source === 'mnist' || base.startsWith('idx')))
      continue;
    const model = await modelOf(source, seed);
    for (const [name, others] of Object.entries(OTHERS)) {
      const r = stream(`${site}, ${name}`, seed);
      const all = only(...KNOWN, ...others)(await loadDataset(base), r);
      const made = sample(600)(transform(sample(2400)(all, r), r), r);
      const unlabelled = { ...made, labels: undefined };
      const data = writeDataset(join(work, 'site.safetensors'), unlabelled);
      const { result, state, use } = await adaptModel(
        model,
        { name: source, version: 1, digest: '' },
        work,
        {
          data,
          seed,
          epochs: 8,
          batch: 64,
          lr: 0.01,
          featureLr: 1,
          beta: 0.1,
          alpha: 1,
          threshold: 0,
          force: true,
          resume: false,
          openSet: true,
        },
      );
      const { predictions } = await predict([{ config: model.config, state, use }], data);
      const rejected = (of: (label: number) => boolean): string => {
        const own = predictions.filter(({ index }) => of(made.labels![index]!));
        return percent(own.filter((one) => one.class === UNKNOWN).length, own.length);
      };
      const eta = result.unknownSeparability?.toFixed(2) ?? '';
      const figures = [rejected((k) => k < 5), rejected((k) => k >= 5)];
      console.log(`| ${source} | ${site} | ${name} | ${seed} | ${eta} | ${figures.join(' | ')} |`);
    }
  }
