import { execFileSync } from 'node:child_process';
import { symlinkSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesOfNotation } from '../../../../src/shared/data/index.js';
import { put, temporaryFolder } from '../files.js';
import { expectOutcome, type Outcome } from './cases.js';

const folder = temporaryFolder();
const READERS = ['csv', 'idx', 'hdf5', 'safetensors', 'npz', 'npy'];

describe.skipIf(process.platform !== 'linux')('what is no data file', () => {
  const fifo = join(folder, 'fifo');
  const zero = join(folder, 'zero');
  const endless = join(folder, 'endless');
  it.each(READERS)('is refused by %s before it is read', async (reader) => {
    for (const [path, make] of [
      [fifo, () => execFileSync('mkfifo', [fifo])],
      [zero, () => symlinkSync('/dev/zero', zero)],
      [endless, () => symlinkSync('/proc/kmsg', endless)],
    ] as const) {
      if (reader === 'csv') make();
      const message = / is (a pipe|a device|a file that \/proc makes up), not a data file/;
      await expectOutcome(`${reader}:${path}`, { code: 'data', message });
    }
    await expectOutcome(`${reader}:/proc/self/environ`, {
      code: 'data',
      message: /\/proc makes up/,
    });
    await expectOutcome(`${reader}:${folder}`, { code: 'data', message: / is a folder/ });
  });

  it('nor is a file of more bytes than can be read', async () => {
    const large = put(folder, 'large', '');
    truncateSync(large, 2 ** 31); // sparse
    for (const reader of ['csv', 'idx', 'safetensors', 'npz'])
      await expectOutcome(`${reader}:${large}`, { code: 'limit', message: /2147483648 bytes/ });
  });
});

describe('paths', () => {
  const rows: Outcome = { kind: 'table', x: [1, 2], columns: ['a', 'b'] };
  it.each<[string, string, Outcome]>([
    ['a,b.csv', 'a,b.csv', rows],
    ['a,b.csv', 'a%2Cb.csv', rows],
    ['a#b?c.csv', 'a%23b%3Fc.csv', rows],
    ['50%.csv', '50%.csv', rows],
    ['50%23.csv', '50%2523.csv', rows],
    ['a b&c.csv', 'a b&c.csv', rows],
    ['x#y.csv', 'x#y.csv', { code: 'usage', message: /"y\.csv" is not key=value/, hint: /%23/ }],
    ['x#y=z.csv', 'x#y=z.csv', { code: 'usage', message: /unknown key "y"/ }],
    ['u?.csv', 'u?.csv', { code: 'usage', message: /".csv" is not key=value/, hint: /%3F/ }],
  ])('%s is read as csv:%s', async (name, written, outcome) => {
    put(folder, name, 'a,b\n1,2\n');
    await expectOutcome(`csv:${folder}/${written}`, outcome);
  });

  it('of idx are two, unless a comma is escaped; the sandbox sees the same', () => {
    expect(filesOfNotation('idx:/d/a,/d/b')).toEqual(['/d/a', '/d/b']);
    expect(filesOfNotation('idx:/d/a%2Cb,/d/c%23')).toEqual(['/d/a,b', '/d/c#']);
    expect(filesOfNotation('csv:/d/a,b#label=c')).toEqual(['/d/a,b']);
    expect(filesOfNotation('npy:/d/a,/d/b')).toEqual(['/d/a', '/d/b']);
    expect(filesOfNotation('digits:thin?n=5')).toEqual([]);
  });

  it('that are not there come with what may help', async () => {
    await expectOutcome('csv:~/t.csv', { code: 'not-found', message: /~\/t/, hint: /\$HOME/ });
    await expectOutcome('csv:/no/t#header=no', { code: 'not-found', message: /t$/, hint: /%23/ });
  });
});
