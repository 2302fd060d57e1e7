import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { withCard } from '../../../src/provider/publish/card.js';
import { publishRelease } from '../../../src/provider/publish/publish.js';
import { paramSpecs } from '../../../src/shared/model/hypothesis.js';
import { initialState } from '../../../src/shared/model/init.js';
import { encodeConfig, readModel, writeModel } from '../../../src/shared/model/folder.js';
import { encodeState, part } from '../../../src/shared/model/state.js';
import { random } from '../../../src/shared/random.js';
import { Store } from '../../../src/shared/release/index.js';
import { runCommand } from '../../fixtures/command.js';
import { digitsModel } from '../../fixtures/digits-model.js';
import { makeProvider, type TestProvider } from '../../fixtures/provider.js';
import { fileDir } from '../../fixtures/temp.js';

const TRAINED_ON = 'digits:plain?n=600';
const HELD_OUT = 'digits:plain?n=250&seed=1';
const NEVER_SEEN = 'digits:plain?n=250&seed=5';

describe('held-out figures belong to their weights', () => {
  const dir = fileDir();
  let trained: string;
  let provider: TestProvider;
  let made = 0;

  beforeAll(async () => {
    vi.stubEnv('FEDSHOT_ENGINE', 'wasm'); // a command with LibTorch starts itself anew
    trained = join(dir, 'trained');
    await digitsModel(trained);
    provider = await makeProvider(dir);
  });
  afterAll(() => {
    vi.unstubAllEnvs();
  });

  /** A copy of the trained model, changed. */
  function copy(change: (model: string) => void = () => undefined): string {
    const model = join(dir, `copy-${++made}`);
    cpSync(trained, model, { recursive: true });
    change(model);
    return model;
  }
  const randomState = () =>
    initialState(paramSpecs(readModel(trained).config.architecture), random('others'));
  /** Random weights put over the trained ones, file by file, as anybody can. */
  const overwrite = (model: string): void => {
    for (const name of ['F', 'B', 'C'])
      writeFileSync(
        join(model, `${name}.safetensors`),
        encodeState(part(randomState(), `${name}.`)),
      );
  };
  /** The same, with the digests in model.json set right: the folder is whole, the figures are not its. */
  const replace = (model: string): void =>
    writeModel(model, { config: readModel(model).config, state: randomState() });
  /** As version 0.1 wrote it. */
  const age = (model: string): void => {
    const { weights: _, measuredOn: __, ...config } = readModel(model).config;
    writeFileSync(join(model, 'model.json'), encodeConfig(config));
  };
  const provide = (what: string, model: string, ...more: string[]) =>
    runCommand('provider', what, '--model', model, ...more);
  const check = async (model: string, ...more: string[]) => {
    const flags = [
      ...['--data', HELD_OUT, '--source', TRAINED_ON],
      ...['--isolate', 'off', '--engine', 'wasm', '--json'],
    ];
    const { code, out, err } = await provide('check', model, ...flags, ...more);
    return { code, err, answer: JSON.parse(out) as { verdict: string; accuracy: number } };
  };
  /** A dry run refuses what publishing refuses, and needs no key. */
  const publish = (model: string, ...more: string[]) =>
    provide('publish', model, '--name', 'd', '--store', provider.store, '--dry-run', ...more);

  it('as trained: checked and published', async () => {
    const model = copy();
    expect(await check(model)).toMatchObject({ code: 0, answer: { verdict: 'PASS' } });
    expect((await publish(model)).code).toBe(0);
  });

  it('other weights in its files: neither', async () => {
    const model = copy(overwrite);
    const checked = await check(model);
    expect(checked.code).toBe(11);
    expect(checked.err).toContain('F.safetensors is not the file that model.json names');
    expect((await publish(model)).code).toBe(11);
  });

  it('other weights that model.json names, under the old card: neither', async () => {
    const model = copy(replace);
    const checked = await check(model);
    expect(checked).toMatchObject({ code: 19, answer: { verdict: 'FAIL' } });
    const { code, err } = await publish(model);
    expect(code).toBe(4);
    expect(err).toContain('measured on other weights');
    expect((await publish(model, '--card', 'minimal')).code).toBe(4);
  });

  it('a model of 0.1: read, but not checked, and its figures are not signed', async () => {
    const model = copy(age);
    const checked = await check(model);
    expect(checked).toMatchObject({ code: 20, answer: { verdict: 'INCOMPLETE' } });
    const { code, err } = await publish(model);
    expect(code).toBe(4);
    expect(err).toContain('--write-card');
  });

  it('a model of 0.1 with other weights: the data contradicts its figures', async () => {
    const model = copy((path) => {
      age(path);
      overwrite(path);
    });
    const checked = await check(model);
    expect(checked).toMatchObject({ code: 19, answer: { verdict: 'FAIL' } });
    expect(checked.answer.accuracy).toBeLessThan(0.4);
  });

  it('without figures anything may be published, and nothing is said of held-out data', async () => {
    for (const change of [age, replace]) {
      const { code, out } = await publish(copy(change), '--card', 'none', '--json');
      expect(code).toBe(0);
      const { model } = JSON.parse(out) as { model: object };
      for (const key of ['card', 'heldOutAccuracy', 'measuredOn'])
        expect(model).not.toHaveProperty(key);
    }
  });

  it.each([
    ['of 0.1', age],
    ['with other weights', replace],
  ])('a model %s is measured anew, and is published with what was found', async (_, change) => {
    const model = copy(change);
    const flags = ['--data', NEVER_SEEN, '--write-card'];
    const { code, answer } = await check(model, ...flags);
    expect(code).toBe(0);
    const { config } = readModel(model);
    expect(config.heldOutAccuracy).toBeCloseTo(answer.accuracy, 4);
    expect(config.card!.samples).toBe(250);
    expect((await publish(model)).code).toBe(0);
  });

  it('a dry run shows every field that publishing then publishes, in JSON and in words', async () => {
    const model = copy();
    const { store, keyring } = provider;
    const shown = JSON.parse((await publish(model, '--json')).out) as Record<string, unknown>;
    const { out: words } = await publish(model);
    const now = new Date();
    await withCard(
      model,
      'full',
      () => undefined,
      (folder) => publishRelease({ ...folder, name: 'd', store, keyring, now }),
    );
    const envelope = JSON.parse(readFileSync(new Store(store).manifestPath('d', 1), 'utf8')) as {
      payload: string;
    };
    const payload = Buffer.from(envelope.payload, 'base64').toString();
    const { predicate, subject } = JSON.parse(payload) as {
      predicate: {
        files: { path: string; sha256: string; size: number; chunks: { sha256: string }[] }[];
      };
      subject: { name: string }[];
    };
    // the manifest
    expect(Object.keys(predicate).sort()).toEqual([
      'created',
      'expires',
      'files',
      'name',
      'version',
    ]);
    for (const key of ['created', 'expires', 'name', 'version']) {
      expect(shown).toHaveProperty(key);
      expect(words).toContain(`${key}: `);
    }
    const files = predicate.files.map(({ path, size, sha256 }) => ({ path, size, sha256 }));
    expect(shown.files).toEqual(files);
    for (const { sha256 } of files) expect(words).toContain(sha256);
    for (const { name } of subject) expect(words).toContain(name);
    expect((shown.tensors as object[]).length).toBe(subject.length - 1); // and model.json
    // model.json
    const objects = predicate.files.find(({ path }) => path === 'model.json')!.chunks;
    const published = Buffer.concat(
      objects.map(({ sha256 }) => readFileSync(new Store(store).objectPath(sha256))),
    );
    expect(JSON.parse(published.toString())).toEqual(shown.model);
    for (const [path, value] of leaves(shown.model)) expect(words).toContain(`${path}: ${value}`);
  });
});

/** Every leaf of a document with its path; a list of plain values is one. */
function leaves(value: unknown, path = ''): [string, string][] {
  const below = (key: string): string => (path ? `${path}.${key}` : key);
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object' || item === null))
    return [[path, value.map(String).join(', ')]];
  if (Array.isArray(value)) return value.flatMap((item, i) => leaves(item, `${path}[${i}]`));
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, item]) => leaves(item, below(key)));
  return [[path, String(value)]];
}
