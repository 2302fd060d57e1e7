import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dataRights, networkRights } from '../../../src/api/client/home-rights.js';
import { pinTrust } from '../../../src/client/trust/trust.js';
import { makeProvider } from '../../fixtures/provider.js';
import { tempDir } from '../../fixtures/temp.js';

const mode = (path: string): number => statSync(path).mode & 0o777;

/** A home as it is once a provider is pinned. */
function home(): string {
  const dir = join(tempDir(), 'home');
  mkdirSync(join(dir, 'trust'), { recursive: true });
  return dir;
}
const names = (dir: string, paths: readonly (string | undefined)[] = []): string[] =>
  paths.map((path) => path!.slice(dir.length + 1)).sort();

describe('what a step sees of a home', () => {
  it('with a network: what is pinned and pulled, and the site’s certificate; no result', () => {
    const dir = home();
    for (const folder of ['adapted', 'runs', 'current']) mkdirSync(join(dir, folder));
    const { read, write } = networkRights(dir);
    expect(names(dir, write)).toEqual(['evidence', 'releases', 'trust']);
    expect(names(dir, read)).toEqual(['identity/site-key.pem', 'identity/site.pem']);
  });

  it('with private data: results are written where it keeps some; trust and releases never are', () => {
    const dir = home();
    mkdirSync(join(dir, 'adapted')); // of 0.1
    const keeps = dataRights(dir, { writes: true });
    expect(names(dir, keeps.write)).toEqual(['adapted', 'current', 'runs']);
    expect(names(dir, keeps.read)).toEqual(['releases', 'trust']);
    const { read, write = [] } = dataRights(dir);
    expect(write).toEqual([]);
    expect(names(dir, read)).toEqual(['adapted', 'current', 'releases', 'runs', 'trust']);
  });

  it('has its folders made for this user alone', () => {
    expect(dataRights(home(), { writes: true }).folderMode).toBe(0o700);
    expect(networkRights(home()).folderMode).toBe(0o700);
  });

  it('has nothing made in a folder that is no home: its name may be mistyped', () => {
    const dir = join(tempDir(), 'typo');
    expect(networkRights(dir).write).toEqual([]);
    expect(dataRights(dir, { writes: true }).write).toEqual([]);
    expect(existsSync(dir)).toBe(false);
  });

  it('moves what 0.1 had pulled in part to where it is taken up', () => {
    const dir = home();
    mkdirSync(join(dir, 'partial/abc'), { recursive: true });
    writeFileSync(join(dir, 'partial/abc/F.safetensors'), 'half');
    const notes: string[] = [];
    networkRights(dir, (line) => void notes.push(line));
    expect(notes.join()).toContain('were moved');
    networkRights(dir, (line) => void notes.push(line));
    expect(notes).toHaveLength(1);
    expect(readFileSync(join(dir, 'releases/.partial/abc/F.safetensors'), 'utf8')).toBe('half');
    expect(existsSync(join(dir, 'partial'))).toBe(false);
  });
});

describe('a new home', () => {
  it('is for its user alone, whatever the umask', async () => {
    const provider = await makeProvider(tempDir());
    const dir = join(tempDir(), 'sites', 'home');
    const before = process.umask(0);
    try {
      pinTrust({ file: provider.trustFile, home: dir });
    } finally {
      process.umask(before);
    }
    expect(mode(dir)).toBe(0o700);
  });
});
