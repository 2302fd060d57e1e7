import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { prepareStage } from '../../../src/shared/isolate/stage.js';
import { tempDir } from '../../fixtures/temp.js';

/** A stage for one result, and where the process inside puts that. */
function stageFor(dir: string) {
  const target = join(dir, 'report.html');
  const stage = prepareStage([target], []);
  return { target, stage, inside: stage.moved[target]! };
}

describe('prepareStage', () => {
  it('shows an empty folder in place of the one of the result, and puts the result there', () => {
    const dir = tempDir();
    writeFileSync(join(dir, 'private.txt'), 'private');
    const { target, stage, inside } = stageFor(dir);
    expect(stage.write).toEqual([dirname(inside)]);
    expect(readdirSync(dirname(inside))).toEqual([]);
    expect(statSync(dirname(inside)).mode & 0o077).toBe(0);
    writeFileSync(inside, 'page', { mode: 0o600 });
    stage.deliver();
    stage.remove();
    expect(readFileSync(target, 'utf8')).toBe('page');
    expect(readdirSync(dir).sort()).toEqual(['private.txt', 'report.html']);
  });

  it('leaves what was there where there is no new result', () => {
    const dir = tempDir();
    writeFileSync(join(dir, 'report.html'), 'old');
    const { target, stage } = stageFor(dir);
    stage.deliver();
    stage.remove();
    expect(readFileSync(target, 'utf8')).toBe('old');
    expect(readdirSync(dir)).toEqual(['report.html']);
  });

  it.each([
    ['a link to another file', (inside: string) => symlinkSync('/etc/passwd', inside)],
    ['a folder', (inside: string) => mkdirSync(inside)],
    [
      'a second name of a file that it may change later',
      (inside: string) => {
        writeFileSync(join(dirname(inside), 'other'), 'x');
        linkSync(join(dirname(inside), 'other'), inside);
      },
    ],
  ])('%s is not put in the place of a result', (_name, plant) => {
    const dir = tempDir();
    writeFileSync(join(dir, 'report.html'), 'old');
    const { target, stage, inside } = stageFor(dir);
    plant(inside);
    expect(() => stage.deliver()).toThrow('not a plain file');
    stage.remove();
    expect(readFileSync(target, 'utf8')).toBe('old');
  });

  it('a result does not become a program that runs as its owner', () => {
    const { target, stage, inside } = stageFor(tempDir());
    writeFileSync(inside, '#!/bin/sh');
    chmodSync(inside, 0o6755);
    stage.deliver();
    stage.remove();
    expect(statSync(target).mode & 0o7000).toBe(0);
  });

  it('says before the work where a result cannot be put', () => {
    const file = join(tempDir(), 'file');
    writeFileSync(file, 'x');
    expect(() => prepareStage([join(file, 'report.html')], [])).toThrow(
      /cannot write .*report.html/,
    );
  });
});
