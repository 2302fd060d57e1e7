import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Claim } from '../../../src/audit/index.js';
import type { IsolationRecord } from '../../../src/shared/isolate/index.js';
import { loadDataset } from '../../../src/shared/data/index.js';
import type { StateDict } from '../../../src/shared/model/state.js';
import { publishRelease } from '../../../src/provider/publish/publish.js';
import { runCommand } from '../../fixtures/command.js';
import { initParameters } from '../../fixtures/parameters.js';
import { makeProvider } from '../../fixtures/provider.js';
import { big } from '../../fixtures/red-team.js';
import { tempDir } from '../../fixtures/temp.js';

const DATA = 'digits:plain?n=40';
const SOURCE = 'digits:plain?n=50&seed=8';
const PROGRAM = join(import.meta.dirname, '../../../dist/cli/main.js');
const sandbox =
  spawnSync('bwrap', ['--unshare-net', '--ro-bind', '/', '/', 'true']).status === 0 ||
  spawnSync('unshare', ['--user', '--map-root-user', '--mount', '--net', 'true']).status === 0;
const possible = sandbox && existsSync(join(PROGRAM, '../provider/check.js'));
if (!possible)
  console.log('skipped: provider check, isolated: needs bubblewrap or unshare, and npm run build');

interface Answer {
  verdict: string;
  accuracy: number;
  claims: Claim[];
  isolation: IsolationRecord;
  error?: { code: string };
}

async function check(...args: string[]): Promise<{ code: number; answer: Answer; err: string }> {
  const words = ['provider', 'check', '--isolate', 'off', '--engine', 'wasm', '--json', ...args];
  const { code, out, err } = await runCommand(...words);
  return { code, answer: JSON.parse(out) as Answer, err };
}

/** Puts a sample of the data into the weights, as float32. */
async function hide(): Promise<(state: StateDict) => void> {
  const { x } = await loadDataset(DATA);
  return (state) => big(state).set(x.subarray(784, 2 * 784), 5000);
}

describe('provider check', () => {
  it('passes a model without data in it, and says how good it is', async () => {
    const model = tempDir();
    initParameters(model);
    const { code, answer } = await check('--model', model, '--data', DATA, '--source', SOURCE);
    expect(code).toBe(0);
    expect(answer).toMatchObject({ verdict: 'PASS', samples: 40 });
    expect(answer.claims).toHaveLength(2);
  });

  it('is incomplete where nobody says what it was trained on: that was not looked for', async () => {
    const model = tempDir();
    initParameters(model);
    const { code, answer, err } = await check('--model', model, '--data', DATA);
    expect(code).toBe(20);
    expect(answer).toMatchObject({ verdict: 'INCOMPLETE', samples: 40 });
    expect(answer.claims.map(({ verdict }) => verdict)).toEqual(['PASS', 'NOT CHECKED']);
    expect(err).toContain('--source NOTATION');
  });

  it('passes beside a store that nothing was published to yet', async () => {
    const dir = tempDir();
    const { store } = await makeProvider(dir);
    initParameters(join(dir, 'model'));
    const { code, answer } = await check(
      ...['--model', join(dir, 'model'), '--data', DATA, '--source', SOURCE, '--store', store],
    );
    expect(code).toBe(0);
    // Of what was never released nothing is claimed.
    expect(answer.claims.map(({ claim }) => claim)).toEqual([
      expect.stringContaining('the files of model'),
      expect.stringContaining('the files of model'),
    ]);
  });

  it('a sample in the weights is found before anything is published', async () => {
    const model = tempDir();
    initParameters(model, await hide());
    const { code, answer, err } = await check('--model', model, '--data', DATA);
    expect(code).toBe(19);
    expect(answer.verdict).toBe('FAIL');
    expect(answer.claims[0]!.findings[0]).toMatch(/sample 1 of the source data, as float32, 0..1/);
    expect(err).toContain('do not publish these files');
  });

  it('a sample in what was released earlier is found with --store', async () => {
    const provider = await makeProvider(tempDir());
    const { store, keyring } = provider;
    const [old, model] = [tempDir(), tempDir()];
    initParameters(old, await hide());
    initParameters(model);
    await publishRelease({ modelDir: old, name: 'digits', store, keyring, now: new Date() });
    const own = ['--model', model, '--data', SOURCE, '--source', DATA];
    const clean = await check(...own);
    expect(clean.code).toBe(0);
    const { code, answer } = await check(...own, '--store', store);
    expect(code).toBe(19);
    expect(answer.claims.map(({ verdict }) => verdict)).toEqual(['PASS', 'FAIL', 'PASS', 'PASS']);
  });

  it.skipIf(!possible)('runs without a network, and with its own files alone', () => {
    const model = tempDir();
    initParameters(model);
    const args = [
      ...['provider', 'check', '--model', model, '--data', DATA, '--source', SOURCE],
      ...['--isolate', 'require'],
    ];
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [PROGRAM, ...args, '--engine', 'wasm', '--json'],
      { encoding: 'utf8' },
    );
    expect(stderr).toContain('no network');
    expect(status).toBe(0);
    const { isolation } = JSON.parse(stdout) as Answer;
    expect(isolation).toMatchObject({ network: 'none', files: 'confined', writable: [] });
    expect(isolation.attempts.filter(({ result }) => result === 'succeeded')).toEqual([]);
  });
});
