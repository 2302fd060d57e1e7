import { lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { runCommandWith } from '../fixtures/command.js';
import { gaussians } from '../fixtures/gaussians.js';
import { tempDir } from '../fixtures/temp.js';

it('whatever the umask, no other user may write to what the commands make', async () => {
  const dir = tempDir();
  const at = (...parts: string[]): string => join(dir, ...parts);
  mkdirSync(at('given'));
  const table = { n: 120, shares: [0.5, 0.5], distance: 4, columns: 4 };
  const data = gaussians(at('given', 'provider.csv'), { ...table, seed: 1 });
  const unseen = gaussians(at('given', 'site.csv'), { ...table, seed: 2 });
  const inside = ['--engine', 'wasm', '--isolate', 'off'];
  const small = ['--arch', 'mlp', '--hidden', '8', '--bottleneck', '8', '--epochs', '2'];
  const env = { FEDSHOT_PASSPHRASE: 'correct horse battery staple' };
  const store = ['--store', at('p', 'q', 'store')];
  const home = ['--home', at('s', 't', 'site')];

  const before = process.umask(0);
  onTestFinished(() => void process.umask(before));
  const lines: [wanted: number[], ...words: string[]][] = [
    [[0], 'provider', 'init', ...store],
    [[0], 'provider', 'train', '--data', data, '--out', at('m', 'model'), ...small, ...inside],
    [[0], 'provider', 'publish', '--model', at('m', 'model'), '--name', 't', ...store],
    [[0], 'provision', 'init', ...store],
    [
      [0],
      'provision',
      'site',
      'ward-7',
      '--address',
      'h.example:7443',
      '--out',
      at('k', 'ward-7'),
      ...store,
    ],
    [[0], 'provider', 'export', at('e', 'export'), ...store],
    [[0], 'provider', 'backup', at('b', 'backup'), ...store],
    [[0], 'client', 'init', '--trust', at('p', 'q', 'store', 'trust.json'), ...home],
    [
      [0],
      'client',
      'pull',
      '--from',
      at('p', 'q', 'store'),
      '--name',
      't',
      '--isolate',
      'off',
      ...home,
    ],
    // The verdict on so small a table is not what this is about.
    [
      [0, 21, 22, 23],
      'client',
      'adapt',
      '--name',
      't',
      '--data',
      unseen,
      '--epochs',
      '1',
      '--keep-weights',
      '--report',
      at('r', 'report.html'),
      ...inside,
      ...home,
    ],
    [
      [0],
      'client',
      'predict',
      '--name',
      't',
      '--data',
      unseen,
      '--source-model',
      '--out',
      at('r', 'predictions.csv'),
      ...inside,
      ...home,
    ],
  ];
  for (const [wanted, ...words] of lines) {
    const { code, err } = await runCommandWith({ env }, ...words);
    expect(wanted, `${words.join(' ')}: ${code}\n${err}`).toContain(code);
  }
  const made = readdirSync(dir, { recursive: true, encoding: 'utf8' });
  expect(made.length).toBeGreaterThan(50);
  for (const path of made.filter((path) => !path.startsWith('given')))
    expect([path, lstatSync(at(path)).mode & 0o022]).toEqual([path, 0]);
  for (const secret of [
    'p/q/store-keys',
    's/t/site',
    's/t/site/runs',
    'r/report.html',
    'r/predictions.csv',
  ])
    expect([secret, lstatSync(at(secret)).mode & 0o077]).toEqual([secret, 0]);
}, 120_000);
