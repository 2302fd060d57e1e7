import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { keepMirror, type MirrorOf } from '../../../src/shared/isolate/mirror.js';
import { tempDir } from '../../fixtures/temp.js';

function kept(mirror: MirrorOf): string {
  const { path, stop } = keepMirror(mirror, join(tempDir(), 'copy'));
  onTestFinished(stop);
  return path;
}
const SITES = { content: /\.(?:pem|json)$/, present: /\.sealed$/ };

describe('keepMirror of a file', () => {
  it('follows a file that is written over, and one that is replaced by a rename', async () => {
    const from = join(tempDir(), 'policy.json');
    writeFileSync(from, 'one');
    const copy = kept({ from });
    expect(readFileSync(copy, 'utf8')).toBe('one');
    writeFileSync(from, 'two');
    await expect.poll(() => readFileSync(copy, 'utf8')).toBe('two');
    writeFileSync(`${from}.new`, 'three');
    renameSync(`${from}.new`, from);
    await expect.poll(() => readFileSync(copy, 'utf8')).toBe('three');
  });

  it('is gone where the file is gone, and comes back with it', async () => {
    const from = join(tempDir(), 'policy.json');
    const copy = kept({ from });
    expect(existsSync(copy)).toBe(false);
    writeFileSync(from, 'one');
    await expect.poll(() => existsSync(copy)).toBe(true);
    rmSync(from);
    await expect.poll(() => existsSync(copy)).toBe(false);
  });

  it.each([
    [
      'a folder, with what lies in it',
      (from: string) => mkdirSync(join(from, 'private'), { recursive: true }),
    ],
    ['a device without end', (from: string) => symlinkSync('/dev/zero', from)],
  ])('%s is not copied, and not taken for absent', (_name, make) => {
    const from = join(tempDir(), 'policy.json');
    make(from);
    const copy = kept({ from });
    expect(readdirSync(copy)).toEqual([]);
    expect(() => readFileSync(copy)).toThrow('EISDIR');
  });

  it.skipIf(process.getuid?.() === 0)('one that may not be read is not taken for absent', () => {
    const from = join(tempDir(), 'ca.pem');
    writeFileSync(from, 'x');
    chmodSync(from, 0o000);
    expect(() => readFileSync(kept({ from }))).toThrow('EISDIR');
  });
});

describe('keepMirror of a folder', () => {
  it('shows the files that are asked for, of others that they are there, and of the rest nothing', async () => {
    const from = join(tempDir(), 'sites');
    mkdirSync(from);
    for (const name of ['ca.pem', 'a.json', 'ca.sealed', 'notes.txt', '.a.json.0a.tmp'])
      writeFileSync(join(from, name), `in ${name}`);
    const copy = kept({ from, ...SITES });
    expect(readdirSync(copy).sort()).toEqual(['a.json', 'ca.pem', 'ca.sealed']);
    expect(readFileSync(join(copy, 'ca.sealed'), 'utf8')).toBe('');
    expect(readFileSync(join(copy, 'a.json'), 'utf8')).toBe('in a.json');
    rmSync(join(from, 'a.json'));
    writeFileSync(join(from, 'b.json'), 'in b.json');
    await expect.poll(() => readdirSync(copy).sort()).toEqual(['b.json', 'ca.pem', 'ca.sealed']);
  });

  it('is gone where the folder is gone, and comes back as another', async () => {
    const from = join(tempDir(), 'sites');
    mkdirSync(from);
    writeFileSync(join(from, 'ca.pem'), 'one');
    const copy = kept({ from, ...SITES });
    renameSync(from, `${from}.away`);
    await expect.poll(() => existsSync(copy)).toBe(false);
    mkdirSync(from);
    writeFileSync(join(from, 'ca.pem'), 'two');
    await expect.poll(() => existsSync(join(copy, 'ca.pem'))).toBe(true);
    expect(readFileSync(join(copy, 'ca.pem'), 'utf8')).toBe('two');
  });

  it('is for this user alone, whatever the rights of the files', () => {
    const from = join(tempDir(), 'sites');
    mkdirSync(from, { mode: 0o755 });
    writeFileSync(join(from, 'a.json'), 'x', { mode: 0o644 });
    const copy = kept({ from, ...SITES });
    expect(statSync(copy).mode & 0o077).toBe(0);
    expect(statSync(join(copy, 'a.json')).mode & 0o077).toBe(0);
  });
});
