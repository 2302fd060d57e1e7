import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { train } from '../../src/provider/train/train.js';
import { loadDataset } from '../../src/shared/data/index.js';
import { readModel, type Model } from '../../src/shared/model/folder.js';
import { REAL, type SourceName } from './cases.js';
import { writeDataset } from './files.js';
import { only } from './transforms.js';

const PLAIN = 'digits:plain?n=4000';
const HELD_OUT = 'digits:plain?n=1000&seed=9';

/** The released model of a source and seed, trained the first time and kept in `dir`. */
export async function sourceModel(name: SourceName, seed: number, dir: string): Promise<Model> {
  const out = join(dir, seed === 1 ? name : `${name}-${seed}`);
  if (existsSync(join(out, 'model.json'))) return readModel(out);
  const half = async (notation: string, file: string): Promise<string> =>
    writeDataset(join(dir, file), only(0, 1, 2, 3, 4)(await loadDataset(notation), undefined!));
  const given = {
    mnist: { data: REAL.mnist, test: REAL.t10k, epochs: 12 },
    usps: { data: REAL.usps, test: REAL.uspsTest, epochs: 12 },
    plain: { data: PLAIN, test: HELD_OUT, epochs: 8 },
    half: {
      data: name === 'half' ? await half(PLAIN, 'half.safetensors') : '',
      test: name === 'half' ? await half(HELD_OUT, 'half-test.safetensors') : '',
      epochs: 6,
    },
    weak: { data: 'digits:plain?n=60', test: HELD_OUT, epochs: 2 },
    mlp: { data: REAL.mnist, test: REAL.t10k, epochs: 12, arch: 'mlp' as const, hidden: [256] },
    dtn: { data: PLAIN, test: HELD_OUT, epochs: 4, arch: 'dtn' as const },
  }[name];
  await train({
    arch: 'lenet',
    ...given,
    bottleneck: 256,
    holdOut: 0.1,
    smoothing: 0.1,
    batch: 64,
    lr: 0.01,
    augment: name === 'usps' ? 'crop-rotate' : 'none',
    seed: 2019 + seed,
    resume: false,
    out,
  });
  return readModel(out);
}
