import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { publishRelease } from '../../../src/provider/publish/publish.js';
import { runCommand } from '../../fixtures/command.js';
import { initParameters } from '../../fixtures/parameters.js';
import { makeProvider } from '../../fixtures/provider.js';
import { tempDir } from '../../fixtures/temp.js';

async function setUp() {
  const provider = await makeProvider(tempDir());
  const model = tempDir();
  initParameters(model);
  const named = ['--model', model, '--name', 'digits', '--store', provider.store];
  const publish = (...args: string[]) => runCommand('provider', 'publish', ...named, ...args);
  const files = (): string[] =>
    readdirSync(provider.store, { recursive: true, encoding: 'utf8' }).sort();
  return { ...provider, model, publish, files };
}

it('a dry run says what the release would give away, without a key, and writes nothing', async () => {
  const { publish, files, store } = await setUp();
  const before = files();
  // there are no keys where this looks for them: what needs one would fail
  const { code, out } = await publish('--dry-run', '--keys', join(store, '../elsewhere'));
  expect(code).toBe(0);
  expect(out).toContain('card: none');
  expect(out).toMatch(/digits 1 would have \d+ bytes/);
  expect(out).toContain('nothing was signed or written');
  expect(files()).toEqual(before);
});

it('a dry run announces what publishing then does', async () => {
  const { publish, store, keyring, model } = await setUp();
  const request = { modelDir: model, name: 'digits', store, keyring, now: new Date() };
  const announced = JSON.parse((await publish('--dry-run', '--json')).out) as object;
  const { chunks, bytes, newBytes } = await publishRelease(request);
  const common = { dryRun: true, name: 'digits', chunks, bytes, card: null };
  expect(announced).toMatchObject({ ...common, version: 1, newBytes, unchanged: false });
  const again = JSON.parse((await publish('--dry-run', '--json')).out) as object;
  expect(again).toMatchObject({ ...common, version: 1, newBytes: 0, unchanged: true });
  const forced = JSON.parse((await publish('--dry-run', '--again', '--json')).out) as object;
  expect(forced).toMatchObject({ ...common, version: 2, newBytes: 0, unchanged: false });
});

it('a dry run refuses what publishing would', async () => {
  const { publish, store } = await setUp();
  const bad = await publish('--dry-run', '--name', '../digits');
  expect(bad.code).not.toBe(0);
  const elsewhere = await publish('--dry-run', '--store', join(store, 'metadata'));
  expect(elsewhere.code).not.toBe(0);
  expect(elsewhere.err).toContain('not a store');
});
