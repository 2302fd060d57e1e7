import { describe, expect, it } from 'vitest';
import { runCommandWith, type Said } from '../../fixtures/command.js';
import { makeProvider } from '../../fixtures/provider.js';
import { tempDir } from '../../fixtures/temp.js';

const DAY = 86_400_000;

/** The command with nothing pulled: it fails, but says first what expires. */
async function after(days: number, command: string): Promise<Said> {
  const home = (await makeProvider(tempDir())).home('site');
  const words = ['--home', home, '--name', 'none', '--data', 'digits:thin?n=2'];
  const env = { GLIBC_TUNABLES: process.env.GLIBC_TUNABLES ?? '' };
  const now = (): Date => new Date(Date.now() + days * DAY);
  return runCommandWith(
    { env, now },
    ...['client', command, ...words, '--isolate', 'off', '--engine', 'wasm'],
  );
}

describe.each(['adapt', 'diagnose', 'predict'])('client %s', (command) => {
  it('says in one line that the root expires within 30 days', async () => {
    const { code, err } = await after(365 - 29, command);
    expect(code).toBe(7);
    expect(err.split('\n').filter((line) => line.includes('root'))).toEqual([
      expect.stringMatching(/the provider’s root 1 expires on .*keys renew/),
    ]);
  });
  it('says that it has expired', async () => {
    expect((await after(366, command)).err).toMatch(/the provider’s root 1 expired on/);
  });
  it('twin: says nothing before', async () => {
    expect((await after(365 - 31, command)).err).not.toMatch(/root/);
  });
});
