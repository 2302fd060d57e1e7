import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commitFiles, committedPath, finishCommit, writeFolder } from '../../src/shared/folders.js';
import { tempDir } from '../fixtures/temp.js';

const files = (word: string) =>
  new Map([
    ['a', `${word} a`],
    ['b', `${word} b`],
  ]);
const read = (dir: string): string[] =>
  ['a', 'b'].map((name) => readFileSync(committedPath(dir, name), 'utf8'));

describe('writeFolder', () => {
  it('makes the folder with its files and nothing beside it', () => {
    const dir = tempDir();
    writeFolder(join(dir, 'run'), files('new'), { file: 0o600, folder: 0o700 });
    expect(read(join(dir, 'run'))).toEqual(['new a', 'new b']);
    expect(statSync(join(dir, 'run')).mode & 0o777).toBe(0o700);
    expect(statSync(join(dir, 'run', 'a')).mode & 0o777).toBe(0o600);
    expect(readdirSync(dir)).toEqual(['run']);
  });

  it('refuses a folder that is there, and leaves it as it is', () => {
    const dir = tempDir();
    writeFolder(join(dir, 'run'), files('old'));
    expect(() => writeFolder(join(dir, 'run'), files('new'))).toThrow('is there already');
    expect(read(join(dir, 'run'))).toEqual(['old a', 'old b']);
    expect(readdirSync(dir)).toEqual(['run']);
  });
});

describe('commitFiles', () => {
  it('replaces its files and leaves others alone', () => {
    const dir = tempDir();
    commitFiles(dir, files('old'));
    writeFileSync(join(dir, 'other'), 'kept');
    commitFiles(dir, files('new'));
    expect(read(dir)).toEqual(['new a', 'new b']);
    expect(readdirSync(dir).sort()).toEqual(['a', 'b', 'other']);
  });

  it('stopped after its journal stood: the new files are read, and the next one tidies up', () => {
    const dir = tempDir();
    commitFiles(dir, files('old'));
    mkdirSync(join(dir, '.next'));
    for (const [name, data] of files('new')) writeFileSync(join(dir, '.next', name), data);
    writeFileSync(join(dir, 'a'), 'new a'); // the first has moved, the second has not
    expect(read(dir)).toEqual(['new a', 'new b']);
    finishCommit(dir);
    expect(existsSync(join(dir, '.next'))).toBe(false);
    expect(read(dir)).toEqual(['new a', 'new b']);
  });

  it('stopped before its journal stood: the old files are read', () => {
    const dir = tempDir();
    commitFiles(dir, files('old'));
    mkdirSync(join(dir, '..next.0123456789ab.tmp'));
    writeFileSync(join(dir, '..next.0123456789ab.tmp', 'a'), 'new a');
    expect(read(dir)).toEqual(['old a', 'old b']);
  });
});
