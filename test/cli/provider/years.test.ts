/** What a person who looks after a provider for years types, and is told. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { createIo } from '../../../src/cli/io.js';
import { run } from '../../../src/cli/run.js';
import { publishRelease } from '../../../src/provider/publish/publish.js';
import { openTransparency } from '../../../src/provider/transparency.js';
import { Keyring, Sealer } from '../../../src/shared/release/index.js';
import { writeModel } from '../../fixtures/provider.js';
import { tempDir } from '../../fixtures/temp.js';
import { restore } from '../../shared/log/history.js';

const PASSPHRASE = 'seven horses on a roof';
const DAY_MS = 86_400_000;
let dir: string;
let store: string;
beforeEach(() => {
  dir = tempDir();
  store = join(dir, 'store');
});

async function fedshot(argv: string[], { days = 0, passphrase = PASSPHRASE, json = true } = {}) {
  const said = { out: '', err: '' };
  const io = createIo({
    stdout: { write: (text) => Boolean((said.out += String(text))) },
    stderr: { write: (text) => Boolean((said.err += String(text))) },
    signal: new AbortController().signal,
    env: { FEDSHOT_PASSPHRASE: passphrase },
    now: () => new Date(Date.now() + days * DAY_MS),
  });
  const code = await run([...argv, '--store', store, ...(json ? ['--json'] : [])], io);
  return { code, ...said, json: () => JSON.parse(said.out) as Record<string, unknown> };
}

const keyring = () =>
  new Keyring({
    dir: `${store}-keys`,
    sealer: () => Promise.resolve(new Sealer(PASSPHRASE, 2 ** 14)),
  });
/** A log, as a server that was stopped leaves it. */
const served = async (): Promise<void> => {
  const log = await openTransparency({ store, keyring: keyring(), now: () => new Date() });
  await log.append({
    method: 'GetRoot',
    status: 5,
    call: 1,
    port: 1,
    peer: undefined,
    release: undefined,
    index: 2,
    response: undefined,
    bytes: 0,
  });
  await log.close();
};

describe('provider init', () => {
  test.each(['a', 'short one', 'aaaaaaaaaaaaaaaaaaaa'])(
    'refuses the passphrase %j, and makes nothing',
    async (passphrase) => {
      const { code, err } = await fedshot(['provider', 'init'], { passphrase });
      expect(code).toBe(2);
      expect(err).toMatch(/passphrase is too weak: .*\n {2}→ .*openssl rand/);
      expect(readdirSync(dir)).toEqual([]);
    },
  );

  test('twin: keys that a weak one has sealed before still open, with a warning', async () => {
    const { initProvider } = await import('../../../src/provider/keys/init.js');
    const weak = new Keyring({
      dir: `${store}-keys`,
      sealer: () => Promise.resolve(new Sealer('a', 2 ** 14)),
    });
    await initProvider({ store, keyring: weak, now: new Date() });
    const { code, err } = await fedshot(['keys', 'renew'], { passphrase: 'a', json: false });
    expect(code).toBe(0);
    expect(err).toMatch(/passphrase of .* is weak/);
  });
});

describe('keys in a folder of their own', () => {
  test.each([
    ['keys', 'create', '--role', 'release'],
    ['keys', 'rotate', '--role', 'log'],
    ['keys', 'ca', 'add'],
    ['provision', 'init'],
  ])('attack: %s %s begins none under a weak passphrase', async (...words) => {
    expect((await fedshot(['provider', 'init'])).code).toBe(0);
    const keys = join(dir, 'other-keys');
    const { code } = await fedshot([...words, '--keys', keys], { passphrase: 'a' });
    expect(code).not.toBe(0);
    const made = existsSync(keys) ? readdirSync(keys, { recursive: true, encoding: 'utf8' }) : [];
    expect(made.filter((name) => /json|sealed|pem/.test(name))).toEqual([]);
  });
});

describe('what expires', () => {
  beforeEach(async () => {
    expect((await fedshot(['provider', 'init'])).code).toBe(0);
    writeModel(join(dir, 'model'), { F: 400, B: 40, C: 20 });
    const modelDir = join(dir, 'model');
    await publishRelease({ store, keyring: keyring(), modelDir, name: 'digits', now: new Date() });
  });

  test('is said 30 days ahead, with the command that renews it', async () => {
    expect((await fedshot(['keys', 'show'], { days: 300 })).json()).toMatchObject({ warnings: [] });
    const late = (await fedshot(['keys', 'show'], { days: 340 })).json() as { warnings: string[] };
    expect(late.warnings.join('\n')).toMatch(
      /root 1 expires on .*, in \d+ days: fedshot keys renew/,
    );
    expect(late.warnings.join('\n')).toMatch(/digits 1 expires on .*: fedshot provider publish/);
    const { err } = await fedshot(['provider', 'refresh'], { days: 363, json: false });
    expect(err).toMatch(/root 1 expires on/);
  });

  test('and what was signed while the clock was ahead', async () => {
    await fedshot(['keys', 'renew'], { days: 100 });
    const { warnings } = (await fedshot(['keys', 'show'])).json() as { warnings: string[] };
    expect(warnings[0]).toMatch(/root 2 is dated .*in the future.*fedshot keys renew/);
    await fedshot(['keys', 'renew']);
    expect((await fedshot(['keys', 'show'])).json()).toMatchObject({ warnings: [] });
  });
});

describe('provider backup, snapshot and recover', () => {
  beforeEach(async () => {
    await fedshot(['provider', 'init']);
    await served();
  });

  test('a back-up, a loss, and what is said of it', async () => {
    const out = join(dir, 'backup');
    expect((await fedshot(['provider', 'backup', out])).json()).toMatchObject({
      root: 1,
      keys: 4,
      log: { size: 1 },
    });
    expect((await fedshot(['provider', 'backup', out])).code).toBe(6);
    await served();
    restore(join(out, 'log'), `${store}-log`);
    const recovered = await fedshot(['provider', 'recover']);
    expect(recovered.json()).toMatchObject({
      state: 'published',
      version: 2,
      recovery: { size: 1 },
    });
    await served();
  });

  test('a snapshot for an audit', async () => {
    const out = join(dir, 'snapshot');
    expect((await fedshot(['provider', 'snapshot', out])).json()).toMatchObject({ size: 1 });
    expect(existsSync(join(out, 'checkpoint'))).toBe(true);
    rmSync(`${store}-log`, { recursive: true });
    const none = await fedshot(['provider', 'snapshot', join(dir, 'none')]);
    expect(none.code).toBe(7);
  });
});
