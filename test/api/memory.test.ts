/** Samples that a program has in memory, from training to predictions, checks and audits. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  adapt,
  audit,
  check,
  diagnose,
  init,
  initProvider,
  loadDataset,
  predict,
  publish,
  pull,
  train,
  type InMemoryImages,
} from '../../src/index.js';
import { fileDir } from '../fixtures/temp.js';

const dir = fileDir();
const at = (name: string): string => join(dir, name);
const passphrase = 'correct horse battery staple';
const NOTATION = 'digits:plain?n=300';
const THIN = 'digits:thin?n=120';
const tiny = { arch: 'mlp', hidden: [16], bottleneck: 8, epochs: 2, engine: 'wasm' };
const here = { isolate: 'off' } as const;

/** What a notation names, as a program has it: with labels, or without. */
async function inMemory(notation: string, name: string, labels = true): Promise<InMemoryImages> {
  const { x, shape, count, ...rest } = await loadDataset(notation);
  const [C = 1, H = 0, W = 0] = shape;
  const labelled = labels && { labels: rest.labels, classes: rest.classNames };
  return { images: x, shape: [C, H, W], count, name, ...labelled };
}

let plain: InMemoryImages;
let thin: InMemoryImages;
beforeAll(async () => {
  plain = await inMemory(NOTATION, 'plain');
  thin = await inMemory(THIN, 'thin', false);
  await train({ ...tiny, data: NOTATION, out: at('named') }, here);
  await train({ ...tiny, data: plain, out: at('model') }, here);
});

const weights = (model: string): Buffer => readFileSync(join(at(model), 'F.safetensors'));

describe('samples in memory', () => {
  it('train the same weights as those of a file', () => {
    expect(weights('model').equals(weights('named'))).toBe(true);
  });

  it('reach the sandbox’s worker, which trains the same weights of them', async () => {
    const { isolation } = await train({ ...tiny, data: plain, out: at('apart') });
    expect(isolation?.mode).toBe('auto');
    expect(weights('apart').equals(weights('model'))).toBe(true);
  });

  it('are what a training that was interrupted goes on with, and others are refused', async () => {
    const stop = new AbortController();
    const options = { ...tiny, epochs: 3, data: plain, out: at('stopped') };
    const job = train(options, { ...here, signal: stop.signal });
    for await (const event of job) {
      if (event.type !== 'epoch') continue;
      stop.abort(new Error('enough'));
      break;
    }
    await expect(job.result).rejects.toThrow();
    const other = { ...plain, images: Float32Array.from(plain.images, (grey) => 1 - grey) };
    const resume = (data: InMemoryImages) => train({ ...options, data, resume: true }, here);
    await expect(resume(other).result).rejects.toMatchObject({ code: 'usage' });
    expect((await resume(plain)).epochs).toHaveLength(3);
  });

  it('check a model, and are looked for in it', async () => {
    const options = { model: at('model'), engine: 'wasm', source: [plain] };
    const held = await inMemory('digits:plain?n=60&seed=1', 'held');
    const found = await check({ ...options, data: held }, here);
    expect(found.samples).toBe(60);
    const named = await check(
      { ...options, source: [NOTATION], data: 'digits:plain?n=60&seed=1' },
      here,
    );
    expect(found.accuracy).toBe(named.accuracy);
    expect(found.claims.map(({ verdict }) => verdict)).toEqual(
      named.claims.map(({ verdict }) => verdict),
    );
    expect(found.claims.map((one) => one.claim).join()).toMatch(/memory:plain.*memory:held/s);
    const bare = { ...held, labels: undefined };
    await expect(check({ ...options, data: bare }, here).result).rejects.toMatchObject({
      code: 'data',
      message: 'memory:held: has no labels',
    });
  });

  it('that are neither images nor rows are refused by the option’s name', async () => {
    const wrong = { pictures: new Float32Array(4) } as unknown as InMemoryImages;
    await expect(train({ data: wrong, out: at('none') }).result).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/^provider train: data: .*samples in memory/) as string,
    });
    const misspelt = { ...plain, lables: [1] } as InMemoryImages;
    await expect(train({ data: misspelt, out: at('none') }, here).result).rejects.toMatchObject({
      code: 'usage',
      message: 'memory:plain: unknown key "lables"',
    });
  });
});

describe('samples in memory, of a released model', () => {
  const site = { home: at('site'), name: 'digits', engine: 'wasm' };
  beforeAll(async () => {
    await initProvider({ store: at('store'), passphrase });
    await publish({ model: at('model'), name: 'digits', store: at('store'), passphrase });
    await init({ home: at('site'), trust: at('store/trust.json') });
    await pull({ home: at('site'), from: [at('store')], name: 'digits' }, here);
  });

  it('are diagnosed, adapted to and predicted as those of a file are', async () => {
    const said = (data: InMemoryImages | string) =>
      Promise.all([
        diagnose({ ...site, data }, here).result.then(({ battery }) => battery),
        predict({ ...site, data, sourceModel: true }, here).result.then((all) => all.predictions),
      ]);
    expect(await said(thin)).toEqual(await said(THIN));
    const { run } = await adapt({ ...site, data: [thin], epochs: 1, force: true }, here);
    const record = readFileSync(join(at('site'), 'runs', run.id, 'record.json'), 'utf8');
    expect(record).toMatch(/memory:thin#sha256=[0-9a-f]{64}/);
    expect(record).not.toMatch(/"images"/);
    const { predictions, model } = await predict({ ...site, data: thin });
    expect([predictions.length, model.run]).toEqual([120, run.id]);
  });

  it('are looked for in what was released; an audit finds a release that holds them', async () => {
    const options = { store: at('store'), trust: at('store/trust.json'), parts: ['data' as const] };
    const clean = await audit({ ...options, data: plain }, here);
    expect(clean.claims.map(({ verdict }) => verdict)).toEqual(['PASS']);
    // The weights themselves, taken for grey levels: what was released certainly holds those bytes.
    const released = weights('model').subarray(-784 * 4);
    const stolen = { images: new Uint8Array(released), shape: [28, 28] as const, name: 'stolen' };
    const leak = await audit({ ...options, data: stolen });
    expect(leak.verdict).toBe('FAIL');
    expect(leak.claims[0]?.claim).toContain('memory:stolen');
  });
});
