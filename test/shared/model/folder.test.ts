import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { architectureSchema } from '../../../src/shared/model/architecture.js';
import {
  bindingOf,
  decodeModel,
  MODEL_FILES,
  modelFiles,
  readModel,
  weightDigests,
  writeModel,
  type Model,
} from '../../../src/shared/model/folder.js';
import { paramSpecs } from '../../../src/shared/model/hypothesis.js';
import { initialState } from '../../../src/shared/model/init.js';
import { random } from '../../../src/shared/random.js';
import { tempDir } from '../../fixtures/temp.js';

function model(seed: number): Model {
  const architecture = architectureSchema.parse({
    name: 'mlp',
    input: [3],
    classes: 2,
    bottleneck: 4,
    hidden: [5],
  });
  const columns = ['a', 'b', 'c'];
  const fill = (value: number): number[] => columns.map(() => value);
  const state = initialState(paramSpecs(architecture), random(seed));
  return {
    config: {
      format: 'fedshot-model/1',
      architecture,
      input: {
        kind: 'table',
        shape: [3],
        columns,
        impute: fill(seed),
        mean: fill(0),
        std: fill(1),
      },
      classes: ['no', 'yes'],
      heldOutAccuracy: 0.9,
      measuredOn: weightDigests(state),
    },
    state,
  };
}
const [OLD, NEW] = [model(1), model(2)];

/** The folder of a model, with some of its files from the other. */
function mixture(fromNew: readonly string[]): string {
  const dir = tempDir();
  const [old, next] = [modelFiles(OLD), modelFiles(NEW)];
  for (const name of MODEL_FILES)
    writeFileSync(join(dir, name), (fromNew.includes(name) ? next : old).get(name)!);
  return dir;
}
const subsets = Array.from({ length: 16 }, (_, bits) =>
  MODEL_FILES.filter((_, i) => (bits >> i) & 1),
);

describe('readModel', () => {
  it.each(
    subsets.filter(({ length }) => length % 4 !== 0).map((names) => [names.join(' + '), names]),
  )('refuses a folder of which %s is of another model', (_, names) => {
    expect(() => readModel(mixture(names))).toThrow(
      expect.objectContaining({ code: 'digest' }) as Error,
    );
  });

  it.each([
    ['old', [], OLD],
    ['new', MODEL_FILES, NEW],
  ] as const)('reads the %s one whole', (_, names, expected) => {
    expect(weightDigests(readModel(mixture(names)).state)).toEqual(weightDigests(expected.state));
  });

  it.each(subsets.map((names) => [names.join(' + ') || 'nothing', names]))(
    'stopped when of the new model %s had moved out: the new one is read',
    (_, names) => {
      const dir = mixture(names);
      mkdirSync(join(dir, '.next'));
      for (const [name, data] of modelFiles(NEW)) writeFileSync(join(dir, '.next', name), data);
      const found = readModel(dir);
      expect(weightDigests(found.state)).toEqual(weightDigests(NEW.state));
      expect(found.config.input).toEqual(NEW.config.input);
    },
  );

  it('opens a model of 0.1, which names no weights', () => {
    const dir = tempDir();
    writeModel(dir, OLD);
    const { weights: _, measuredOn: __, ...config } = readModel(dir).config;
    writeFileSync(join(dir, 'model.json'), JSON.stringify(config));
    const found = readModel(dir);
    expect(found.config.weights).toEqual(weightDigests(OLD.state));
    expect(bindingOf(found)).toBe('unnamed');
  });

  it('decodes the bytes that it was given, each asked for once', () => {
    const files = modelFiles(OLD);
    const asked: string[] = [];
    const found = decodeModel('somewhere', (name) => {
      asked.push(name);
      return Buffer.from(files.get(name)!);
    });
    expect(asked.toSorted()).toEqual(MODEL_FILES.toSorted());
    expect(weightDigests(found.state)).toEqual(weightDigests(OLD.state));
  });
});

describe('bindingOf', () => {
  it('figures belong to the weights that they name', () => {
    const dir = tempDir();
    writeModel(dir, OLD);
    expect(bindingOf(readModel(dir))).toBe('bound');
  });
  it('other weights under the old figures are others, though the folder is whole', () => {
    const dir = tempDir();
    writeModel(dir, { config: OLD.config, state: NEW.state });
    expect(bindingOf(readModel(dir))).toBe('other');
  });
  it('a model that says nothing of held-out data has nothing to bind', () => {
    const { heldOutAccuracy: _, measuredOn: __, ...config } = OLD.config;
    expect(bindingOf({ config, state: OLD.state })).toBe('none');
  });
});

describe('writeModel', () => {
  it('replaces a model and what goes with it in one step, and leaves other files alone', () => {
    const dir = tempDir();
    writeModel(dir, OLD, new Map([['isolation.json', 'old']]));
    writeFileSync(join(dir, 'notes'), 'kept');
    writeModel(dir, NEW, new Map([['isolation.json', 'new']]));
    expect(readFileSync(join(dir, 'isolation.json'), 'utf8')).toBe('new');
    expect(readFileSync(join(dir, 'notes'), 'utf8')).toBe('kept');
    expect(bindingOf(readModel(dir))).toBe('bound');
  });
});
