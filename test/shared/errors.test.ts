import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { asFedshotError, FedshotError } from '../../src/shared/errors.js';
import { writeFileAtomic } from '../../src/shared/files.js';
import { tempDir } from '../fixtures/temp.js';

const failed = (code: string): Error => Object.assign(new Error(`${code}: it failed`), { code });

describe('asFedshotError', () => {
  it.each([
    ['ENOSPC', 'make room'],
    ['EADDRINUSE', 'another port'],
    ['EACCES', 'who may read and write'],
    ['EROFS', 'mounted read-only'],
  ])('says what to do about %s', (code, words) => {
    expect(asFedshotError(failed(code), 'io', 'cannot write x')).toMatchObject({
      code: 'io',
      message: `cannot write x: ${code}: it failed`,
      hint: expect.stringContaining(words) as string,
    });
  });

  it('invents no hint, and leaves ours as they are', () => {
    expect(asFedshotError(failed('EPROTO'), 'io').hint).toBeUndefined();
    expect(asFedshotError('words', 'io').message).toBe('words');
    const own = new FedshotError('trust', 'no');
    expect(asFedshotError(own, 'io', 'x')).toBe(own);
  });

  it('names the file that a folder stands in the way of', () => {
    const dir = tempDir();
    mkdirSync(join(dir, 'a'));
    writeFileSync(join(dir, 'a/b'), '');
    expect(() => writeFileAtomic(join(dir, 'a'), 'x')).toThrow(`cannot write ${join(dir, 'a')}`);
  });
});
