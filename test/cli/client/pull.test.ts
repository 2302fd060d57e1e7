import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeProvider } from '../../fixtures/provider.js';
import { tempDir } from '../../fixtures/temp.js';

const PROGRAM = join(import.meta.dirname, '../../../dist/cli/main.js');

it.skipIf(!existsSync(PROGRAM)).each(['store', './store'])(
  'pulls from the folder %s beside it, isolated, and says how much came',
  async (from) => {
    const cwd = tempDir();
    const provider = await makeProvider(cwd);
    await provider.publish('digits', { F: 400, B: 40, C: 20 });
    const home = provider.home('site');
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [PROGRAM, 'client', 'pull', '--from', from, '--name', 'digits', '--home', home],
      { cwd, encoding: 'utf8' },
    );
    expect(stderr).not.toContain('no store in');
    expect(status).toBe(0);
    expect(stdout).toMatch(/digits 1: [1-9][\d.]* (B|KiB) received/);
  },
  60_000,
);
