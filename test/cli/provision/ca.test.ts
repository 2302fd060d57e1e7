import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createIo } from '../../../src/cli/io.js';
import { run } from '../../../src/cli/run.js';
import { tempDir } from '../../fixtures/temp.js';

/** Runs one command line as a script would. */
async function fedshot(argv: string[], json = true) {
  const said = { out: '', err: '' };
  const io = createIo({
    stdout: { write: (text) => Boolean((said.out += String(text))) },
    stderr: { write: (text) => Boolean((said.err += String(text))) },
    signal: new AbortController().signal,
    env: { FEDSHOT_PASSPHRASE: 'correct horse' },
  });
  const code = await run(json ? [...argv, '--json'] : argv, io);
  return { code, ...said, json: () => JSON.parse(said.out) as Record<string, unknown> };
}

describe('provision ca', () => {
  it('replaces the sites’ authority in three steps, and names who would be cut off', async () => {
    const dir = tempDir();
    const store = join(dir, 'store');
    const at = ['--store', store];
    const kit = (out: string) => ['--address', 'localhost:7443', '--out', join(dir, out), ...at];
    const ca = (...argv: string[]) => fedshot(['provision', 'ca', ...argv, ...at]);
    await fedshot(['provider', 'init', ...at]);
    const early = await ca('show');
    expect(early.code).not.toBe(0);
    expect(early.err).toContain('fedshot provision init');
    await fedshot(['provision', 'init', ...at]);
    await fedshot(['provision', 'site', 'st-mary', ...kit('one')]);
    const { authorities } = (await ca('show')).json() as { authorities: { fingerprint: string }[] };
    const old = authorities[0]!.fingerprint;
    const { authority } = (await ca('add')).json() as { authority: string };
    expect((await ca('use', authority.slice(0, 8))).json()).toEqual({ authority });
    const refused = await ca('remove', old);
    expect(refused.code).toBe(2);
    expect(refused.err).toMatch(
      /these sites depend on [0-9a-f]{16}: st-mary; nothing was changed\n {2}→ renew them first/,
    );
    const shown = await fedshot(['provision', 'ca', 'show', ...at], false);
    expect(shown.out).toMatch(
      /new certificates are from it\n[0-9a-f]{16} .* {2}st-mary would be cut off without it/,
    );
    await fedshot(['provision', 'renew', 'st-mary', ...kit('two')]);
    expect((await ca('remove', old)).json()).toEqual({ authority: old, cutOff: [] });
    const { out } = await fedshot(['provision', 'list', ...at], false);
    expect(out).toMatch(/st-mary\W+cut off[^]*st-mary\W+valid/);
  });
});
