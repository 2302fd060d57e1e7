import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { adaptRelease, predictRelease } from '../../../../src/client/index.js';
import { predict } from '../../../../src/client/prediction/predict.js';
import { pull } from '../../../../src/client/pull/index.js';
import { publishRelease } from '../../../../src/provider/publish/publish.js';
import { train } from '../../../../src/provider/train/train.js';
import { loadDataset } from '../../../../src/shared/data/index.js';
import { parseModelConfig } from '../../../../src/shared/model/config.js';
import { readModel } from '../../../../src/shared/model/folder.js';
import { networks } from '../../../../src/shared/model/networks/index.js';
import toy from '../../../fixtures/plugins/toy-network.js';
import { makeProvider } from '../../../fixtures/provider.js';
import { fileDir } from '../../../fixtures/temp.js';

const dir = fileDir();
const out = join(dir, 'model');
const engine = { engine: 'wasm' as const };
const training = {
  data: 'digits:plain?n=400',
  test: 'digits:plain?n=250&seed=1',
  out,
  arch: 'toy',
  parameters: { width: 32 },
  bottleneck: 16,
  epochs: 6,
  batch: 32,
  lr: 0.05,
  seed: 1,
  engine,
};

beforeAll(async () => {
  await expect(train(training)).rejects.toThrow(
    /train: arch: Allowed choices are lenet, dtn, mlp, resnet18, /,
  );
  networks.add(toy);
  await train(training);
}, 60_000);

describe('a network from outside', () => {
  it('is trained, and its model.json says its own parameters, defaults and all', () => {
    const { config } = readModel(out);
    expect(config.heldOutAccuracy).toBeGreaterThan(0.6);
    expect(JSON.stringify(config.architecture)).toBe(
      '{"name":"toy","input":[1,28,28],"classes":10,"bottleneck":16,"width":32,"blocks":2}',
    );
  });

  it('names its tensors, block in block', () => {
    const names = [...readModel(out).state.keys()];
    expect(names).toContain('F.stem.weight');
    expect(names).toContain('F.blocks.1.fc2.bias');
    expect(names).toContain('F.blocks.0.bn1.running_var');
  });

  it('answers after reading as it did before writing', async () => {
    const { labels } = await loadDataset(training.test);
    const model = readModel(out);
    const { predictions, classes } = await predict([model], training.test, engine);
    const right = predictions.filter(({ index, class: name }) => name === classes[labels![index]!]);
    expect(right.length / predictions.length).toBeCloseTo(model.config.heldOutAccuracy!, 4);
  });

  it.each([
    ['a parameter that it does not have', { wide: 3 }, /network toy: Unrecognized key: "wide"/],
    ['a value that it cannot take', { width: 0 }, /network toy: width: Too small/],
    ['parameters of another network', { hidden: [8] }, /network toy: Unrecognized key: "hidden"/],
  ])('refuses %s before any data is read', async (_, parameters, message) => {
    const wrong = { ...training, data: 'csv:nowhere.csv', parameters };
    await expect(train(wrong)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(message) as string,
      hint: 'its parameters are width, blocks',
    });
  });

  it('is published, pulled, adapted and asked', async () => {
    const provider = await makeProvider(dir);
    const { store, keyring } = provider;
    await publishRelease({ modelDir: out, name: 'toy', store, keyring, now: new Date() });
    const server = await provider.serve();
    const home = provider.home('site');
    try {
      await pull({ from: [`localhost:${server.port}`], name: 'toy', home });
    } finally {
      await server.close();
    }
    const adapted = await adaptRelease(home, 'toy', {
      data: 'digits:thick?n=120',
      epochs: 2,
      batch: 32,
      lr: 0.01,
      featureLr: 1,
      beta: 0.1,
      alpha: 1,
      threshold: 0,
      seed: 7,
      engine,
      force: true,
    });
    expect(adapted.run.inUse).toBe(true);
    const { predictions } = await predictRelease(home, 'toy', {
      data: 'digits:thick?n=20',
      sourceModel: false,
      engine,
    });
    expect(predictions).toHaveLength(20);
  });

  it('is refused by name where nobody registered it', () => {
    const text = readFileSync(join(out, 'model.json'), 'utf8').replace('"toy"', '"stranger"');
    expect(() => parseModelConfig(Buffer.from(text))).toThrow(
      'model.json: architecture.name: network "stranger" is not known here; --plugin FILE registers it',
    );
  });
});
