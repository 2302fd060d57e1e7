import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadSamples } from '../../src/shared/data/index.js';
import type { PictureSet } from '../../src/shared/data/pictures/types.js';
import type { View } from '../../src/shared/data/pictures/view.js';
import { random } from '../../src/shared/random.js';
import type { CacheOptions } from '../../src/shared/preprocessing/pictures/index.js';
import type { PictureStep } from '../../src/shared/preprocessing/steps.js';

/**
 * `npm run bench:pictures -- [DOMAIN …] [--workers 0,2] [--passes 2] [--rounds 3] [--resize 144] [--crop 128] [--cache DIR]
 * [--peer python3] [--json]`: how many pictures a second come out of folders of JPEGs as normalised float32
 * batches, by turns with torchvision's ImageFolder and DataLoader on the same files. The time of one
 * core per picture is that of the runs without workers.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string', default: '../shared/data/office-caltech10' },
    workers: { type: 'string', default: '0,2' },
    passes: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '3' },
    resize: { type: 'string', default: '144' },
    crop: { type: 'string', default: '128' },
    cache: { type: 'string' },
    peer: { type: 'string', default: 'python3' },
    json: { type: 'boolean', default: false },
  },
});
const [passes, resize, crop] = [values.passes, values.resize, values.crop].map(Number) as [
  number,
  number,
  number,
];
const domains = positionals.length > 0 ? positionals : ['amazon', 'caltech10', 'dslr', 'webcam'];
if (!existsSync(values.data)) {
  console.error(`${values.data} is not there: nothing to measure`);
  process.exit(7);
}
// as it is installed: threads start from JavaScript
const built = join(import.meta.dirname, '../../dist/shared/preprocessing/pictures/index.js');
const { loadPictures } = (await import(
  built
)) as typeof import('../../src/shared/preprocessing/pictures/index.js');

interface Measured {
  pictures: number;
  seconds: number;
  cpuSeconds: number;
}

const MEAN = [0.485, 0.456, 0.406];
const DEVIATION = [0.229, 0.224, 0.225];
/** Per channel the normalised value of each level. */
const NORMALISED = MEAN.map((mean, c) =>
  Float32Array.from({ length: 256 }, (_, level) => (level / 255 - mean) / DEVIATION[c]!),
);

function normalised(pixels: Uint8Array): Float32Array {
  const plane = crop * crop;
  const x = new Float32Array(pixels.length);
  for (let from = 0, channel = 0; from < x.length; from += plane, channel = (channel + 1) % 3) {
    const value = NORMALISED[channel]!;
    for (let i = from; i < from + plane; i++) x[i] = value[pixels[i]!]!;
  }
  return x;
}

function* requests(count: number, pass: number): Generator<View[]> {
  const draw = random(2020, 'pass', pass);
  const order = draw.permutation(count);
  for (let from = 0; from < count; from += 64)
    yield Array.from(order.subarray(from, from + 64), (sample) => ({
      sample,
      crop: [draw.next(), draw.next()],
      flip: draw.next() < 0.5,
    }));
}

async function ours(set: PictureSet, workers: number, cache?: CacheOptions): Promise<Measured> {
  const steps: PictureStep[] = [
    { step: 'colour', to: 'rgb' },
    { step: 'resize', filter: 'bilinear', to: { height: resize, width: resize } },
    { step: 'crop', height: crop, width: crop },
  ];
  const pictures = loadPictures(set, { steps, shape: [3, crop, crop], workers, cache });
  const onePass = async (pass: number): Promise<number> => {
    let count = 0;
    for await (const { pixels, kept } of pictures.batches(requests(set.count, pass))) {
      normalised(pixels);
      count += kept.length;
    }
    return count;
  };
  await onePass(0);
  const begin = performance.now();
  const cpu = process.cpuUsage();
  let count = 0;
  for (let pass = 1; pass <= passes; pass++) count += await onePass(pass);
  const seconds = (performance.now() - begin) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  await pictures.close();
  return { pictures: count, seconds, cpuSeconds: (user + system) / 1e6 };
}

const { status } = spawnSync(values.peer, ['-c', 'import torch, PIL']);
if (status !== 0)
  console.error(`skipped: ${values.peer} has no torch and Pillow, so there is no peer`);

function peer(folder: string, workers: number): Measured {
  const script = join(import.meta.dirname, 'pictures_peer.py');
  const words = Object.entries({ resize, crop, workers, passes }).flatMap(([key, value]) => [
    `--${key}`,
    String(value),
  ]);
  return JSON.parse(
    execFileSync(values.peer, [script, folder, ...words], { encoding: 'utf8' }),
  ) as Measured;
}

const rows = [];
for (const domain of domains) {
  const folder = join(values.data, domain);
  const set = await loadSamples(`images:${folder}`);
  if (set.kind !== 'pictures') throw new Error('no pictures');
  for (const workers of values.workers.split(',').map(Number)) {
    const mine: Measured[] = [];
    const theirs: Measured[] = [];
    const cached: Measured[] = [];
    for (let round = 0; round < Number(values.rounds); round++) {
      mine.push(await ours(set, workers));
      if (status === 0) theirs.push(peer(folder, workers));
      if (values.cache !== undefined)
        cached.push(await ours(set, workers, { folder: values.cache }));
    }
    const row = {
      domain,
      workers,
      ours: rate(mine),
      torchvision: rate(theirs),
      cached: rate(cached),
      // its workers' time is not in it, so that it means something without workers alone
      msOfACore: workers === 0 ? { ours: msOf(mine), torchvision: msOf(theirs) } : undefined,
    };
    rows.push(row);
    console.error(JSON.stringify(row));
  }
}
if (values.json) console.log(JSON.stringify(rows, undefined, 2));

/** Pictures a second in the best round: others on the machine only ever take time. */
function rate(rounds: readonly Measured[]): number | undefined {
  const rates = rounds.map(({ pictures, seconds }) => pictures / seconds);
  return rounds.length > 0 ? Math.round(Math.max(...rates)) : undefined;
}

/** Milliseconds of one core per picture, in the best round. */
function msOf(rounds: readonly Measured[]): number | undefined {
  const each = rounds.map(({ pictures, cpuSeconds }) => (1000 * cpuSeconds) / pictures);
  return rounds.length > 0 ? Number(Math.min(...each).toFixed(2)) : undefined;
}
