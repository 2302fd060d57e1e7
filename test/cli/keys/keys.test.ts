import { openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createIo } from '../../../src/cli/io.js';
import { run } from '../../../src/cli/run.js';
import { signerOf } from '../../../src/shared/release/index.js';
import { tempDir } from '../../fixtures/temp.js';
import { publicHex } from '../../fixtures/world.js';

/** Runs one command line as a script would: nobody at the terminal. */
async function fedshot(argv: string[], env: Record<string, string> = {}) {
  const said = { out: '', err: '' };
  const io = createIo({
    stdout: { write: (text) => Boolean((said.out += String(text))) },
    stderr: { write: (text) => Boolean((said.err += String(text))) },
    signal: new AbortController().signal,
    env,
  });
  const code = await run([...argv, '--json'], io);
  return { code, ...said, json: () => JSON.parse(said.out) as Record<string, unknown> };
}
const secret = { FEDSHOT_PASSPHRASE: 'correct horse' };

describe('provider init and keys', () => {
  it('without a passphrase and without a terminal: one line that says what to set, and nothing made', async () => {
    const dir = tempDir();
    const { code, err } = await fedshot(['provider', 'init', '--store', join(dir, 'store')]);
    expect(code).toBe(2);
    expect(err).toMatch(/^fedshot: .*need a passphrase.*\n {2}→ set FEDSHOT_PASSPHRASE.*\n$/);
    expect(readdirSync(dir)).toEqual([]);
  });

  it('takes the passphrase from a file descriptor, and opens keys with the same only', async () => {
    const dir = tempDir();
    const store = join(dir, 'store');
    const fd = (text: string): string => {
      writeFileSync(join(dir, 'secret'), text);
      return String(openSync(join(dir, 'secret'), 'r'));
    };
    const init = ['provider', 'init', '--store', store, '--passphrase-fd', fd('correct horse\n')];
    expect(await fedshot(init)).toMatchObject({ code: 0 });
    expect((await fedshot(['keys', 'renew', '--store', store], secret)).json()).toMatchObject({
      state: 'published',
      version: 2,
    });
    const wrong = await fedshot(['keys', 'renew', '--store', store], { FEDSHOT_PASSPHRASE: 'x' });
    expect(wrong.code).toBe(13);
    expect(wrong.err).toMatch(/passphrase does not open it/);
  });

  it('uses a key that comes whole, which no file holds', async () => {
    const dir = tempDir();
    const store = join(dir, 'store');
    await fedshot(['provider', 'init', '--store', store], secret);
    const seed = Buffer.alloc(32, 9);
    const key = signerOf(seed);
    const rotate = ['keys', 'rotate', '--role', 'freshness', '--public', publicHex(key)];
    const env = { ...secret, FEDSHOT_KEY: seed.toString('hex') };
    expect(await fedshot([...rotate, '--store', store], env)).toMatchObject({ code: 0 });
    const refresh = ['provider', 'refresh', '--store', store];
    expect((await fedshot(refresh, { FEDSHOT_KEY: seed.toString('hex') })).code).toBe(0);
    const without = await fedshot(refresh, secret);
    expect(without.code).toBe(13);
    expect(without.err).toContain('0 of the 1 keys that the role freshness needs');
    const keys = (await fedshot(['keys', 'show', '--store', store], secret)).out;
    expect(keys).not.toContain(seed.toString('hex'));
    expect(JSON.parse(keys)).toMatchObject({ root: { version: 2 } });
    expect(readdirSync(`${store}-keys`).some((file) => file.includes(key.keyid.slice(0, 16)))).toBe(
      false,
    );
  });

  it('never repeats a malformed key', async () => {
    const FEDSHOT_KEY = `${'ab'.repeat(31)}zz`;
    const { code, err } = await fedshot(['provider', 'refresh', '--store', tempDir()], {
      FEDSHOT_KEY,
    });
    expect(code).toBe(2);
    expect(err).toContain('FEDSHOT_KEY');
    expect(err).not.toContain('abab');
  });

  it('replaces the server’s authority in three steps, and refuses the third before the second', async () => {
    const store = join(tempDir(), 'store');
    await fedshot(['provider', 'init', '--store', store], secret);
    const ca = (...argv: string[]) => fedshot(['keys', 'ca', ...argv, '--store', store], secret);
    const shown = async () =>
      (await ca('show')).json().authorities as { fingerprint: string; inUse: boolean }[];
    const [old] = await shown();
    const { authority } = (await ca('add')).json() as { authority: string };
    const early = await ca('remove', old!.fingerprint);
    expect(early.code).toBe(2);
    expect(early.err).toContain('nothing was changed');
    expect((await ca('use', authority)).code).toBe(0);
    expect((await ca('remove', old!.fingerprint)).json()).toMatchObject({ version: 3 });
    expect(await shown()).toMatchObject([{ fingerprint: authority, inUse: true }]);
  });

  it('has no option that takes a secret', async () => {
    for (const option of ['--passphrase', '--key', '--private-key', '--seed'])
      expect((await fedshot(['provider', 'refresh', '--store', 's', option, 'x'])).code).toBe(2);
  });
});

describe('client init and trust', () => {
  it('pins what provider init wrote, and nothing else', async () => {
    const dir = tempDir();
    const [store, home] = [join(dir, 'store'), join(dir, 'site')];
    const made = (await fedshot(['provider', 'init', '--store', store], secret)).json();
    const init = ['client', 'init', '--trust', join(store, 'trust.json'), '--home', home];
    const wrong = await fedshot([...init, '--fingerprint', 'ab'.repeat(32)]);
    expect(wrong.code).toBe(13);
    expect(readdirSync(dir)).not.toContain('site');
    const right = await fedshot([...init, '--fingerprint', made.fingerprint as string]);
    expect(right.json()).toMatchObject({ fingerprint: made.fingerprint, root: 1 });
    const shown = (await fedshot(['client', 'trust', 'show', '--home', home])).json();
    expect(shown).toEqual(right.json());
    expect(readFileSync(join(home, 'trust', 'state.json'), 'utf8')).toContain(
      'fedshot-trust-state',
    );
  });

  it('follows the provider’s roots from its folder', async () => {
    const dir = tempDir();
    const [store, home] = [join(dir, 'store'), join(dir, 'site')];
    await fedshot(['provider', 'init', '--store', store], secret);
    await fedshot(['client', 'init', '--trust', join(store, 'trust.json'), '--home', home]);
    await fedshot(['keys', 'rotate', '--role', 'root', '--store', store], secret);
    const where = ['--from', store, '--home', home, '--isolate', 'off'];
    const update = ['client', 'trust', 'update', ...where];
    expect((await fedshot(update)).json()).toMatchObject({ root: 2 });
  });

  it('says what to do where nothing is pinned', async () => {
    const { code, err } = await fedshot(['client', 'trust', 'show', '--home', tempDir()]);
    expect(code).toBe(13);
    expect(err).toContain('fedshot client init');
  });
});
