import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { withCard } from '../../../src/provider/publish/card.js';
import { train } from '../../../src/provider/train/train.js';
import { readModel } from '../../../src/shared/model/folder.js';
import { fileDir } from '../../fixtures/temp.js';

const dir = fileDir();
const seen = (level: 'none' | 'minimal' | 'full') => {
  const lines: string[] = [];
  return withCard(
    dir,
    level,
    (line) => lines.push(line),
    ({ modelDir: published, expected }) =>
      Promise.resolve({ lines, published, expected, ...readModel(published) }),
  );
};

beforeAll(async () => {
  await train({
    data: 'digits:plain?n=200',
    test: 'digits:plain?n=210&seed=1',
    arch: 'mlp',
    hidden: [8],
    bottleneck: 6,
    holdOut: 0.1,
    out: dir,
    epochs: 1,
    batch: 64,
    lr: 0.01,
    smoothing: 0.1,
    augment: 'none',
    seed: 1,
    resume: false,
  });
});

describe('withCard', () => {
  it('publishes the folder itself with the full card', async () => {
    const { published, config } = await seen('full');
    expect(published).toBe(dir);
    expect(config.card!.features!.mean).toHaveLength(10);
  });

  it('says nothing of single classes in a minimal card, before it publishes', async () => {
    const { config, state, lines, published } = await seen('minimal');
    expect(config.card).toMatchObject({ samples: 210 });
    expect(config.card).not.toHaveProperty('features');
    expect(config.card).not.toHaveProperty('confusion');
    expect(lines.join()).toContain('nothing on single classes');
    expect(state).toEqual(readModel(dir).state);
    expect(existsSync(published)).toBe(false);
  });

  it('leaves no key of a card behind without one', async () => {
    const { config } = await seen('none');
    expect(config).not.toHaveProperty('card');
    expect(readdirSync(dir)).toContain('model.json');
    expect(readFileSync(join(dir, 'model.json'), 'utf8')).toContain('"card"');
  });
});
